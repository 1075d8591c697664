import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Simulator, startSimulator } from '@valuecanvas/llm-simulator';
import { eventually } from '@valuecanvas/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPrograms, howToInstall } from '../../src/alerts/programs.ts';
import { type Monitoring, startMonitoring } from '../../src/alerts/start-monitoring.ts';
import { dashboardPicture, seriesName } from '../../src/dashboards/picture.ts';
import { root } from '../../src/root.ts';
import { startPlatform } from '../platform.ts';

interface Dashboard {
  readonly title: string;
  readonly panels: readonly {
    readonly title: string;
    readonly type: string;
    readonly fieldConfig: { readonly defaults: { readonly unit: string } };
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

const model = 'meta-llama/Llama-3-70b-chat-hf';
const free = { input: 0, output: 0 };

const folder = join(root, 'infrastructure/grafana/dashboards');
const files = (await readdir(folder)).sort();
const dashboards = await Promise.all(
  files.map(async (file) => ({
    file,
    ...(JSON.parse(await readFile(join(folder, file), 'utf8')) as Dashboard),
  })),
);
const queries = dashboards.flatMap(({ file, panels }) =>
  panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({ dashboard: file, panel: title, expr })),
  ),
);

/** Folder for pictures of the dashboards, if they are wanted: see `npm run picture:dashboards`. */
const pictures = process.env.DASHBOARD_PICTURES;

/** A picture shows some minutes, a check needs three rounds. */
const rounds = pictures === undefined ? 3 : 30;

/** Panels of what does not happen here: no backup, no job whose attempts are used up, no model that is unknown. */
const quiet: ReadonlySet<string> = new Set([
  'Age of the newest backup',
  'Jobs that fail for good',
  'Models that no provider serves',
]);

const { prometheus, alertmanager } = findPrograms().paths;
if (!prometheus || !alertmanager)
  console.warn(`SKIPPED: no query of a dashboard is tried without Prometheus. ${howToInstall}`);

describe.skipIf(!prometheus || !alertmanager)('on a live scrape of all services', () => {
  let simulator: Simulator;
  let platform: Awaited<ReturnType<typeof startPlatform>>;
  let monitoring: Monitoring;
  let begunAt = 0;

  beforeAll(async () => {
    simulator = await startSimulator();
    platform = await startPlatform({
      TOGETHER_BASE_URL: simulator.url,
      TOGETHER_API_KEY: 'sk-first',
      LLM_PROVIDERS: JSON.stringify([
        {
          id: 'second',
          baseUrl: simulator.url,
          apiKey: 'sk-second',
          models: [model],
          prices: { [model]: free },
        },
      ]),
      LOG_LEVEL: 'info',
    });
    monitoring = await startMonitoring({
      infrastructure: join(root, 'infrastructure'),
      prometheus: prometheus ?? '',
      alertmanager: alertmanager ?? '',
      targets: platform.metricsTargets,
    });
    const token = await signUp('dashboards@example.com', 'enterprise', 'admin');
    const limited = await signUp('limited@example.com', 'free', 'user');
    begunAt = Date.now();
    // A rate needs samples before and after an event, and a series begins with its first event.
    for (let round = 1; round <= rounds; round += 1) {
      await useEverything(token, round);
      await failEverything(token, limited, round);
      await scraped();
    }
  }, 900_000);

  afterAll(async () => {
    await monitoring?.[Symbol.asyncDispose]();
    await platform?.[Symbol.asyncDispose]();
    await simulator?.stop();
  });

  async function send(
    path: string,
    token?: string,
    body?: object,
    extra: Record<string, string> = {},
    method = body === undefined ? 'GET' : 'POST',
  ) {
    const response = await fetch(`${platform.urlOf('gateway')}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...extra,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    return { status: response.status, text: await response.text() };
  }

  async function signUp(email: string, tier: string, role: string): Promise<string> {
    const account = { email, password: 'a-long-password' };
    await send('/auth/v1/signup', undefined, account);
    await platform.database.query(
      `update auth.users set raw_app_meta_data = jsonb_build_object('tier', $2::text, 'role', $3::text) where email = $1`,
      [email, tier, role],
    );
    const { text } = await send('/auth/v1/token?grant_type=password', undefined, account);
    return (JSON.parse(text) as { access_token: string }).access_token;
  }

  async function useEverything(token: string, round: number): Promise<void> {
    const business = { businessDescription: `A bakery with ${round} ovens` };
    const generated = await send('/api/canvas/generate', token, business);
    expect(generated.status).toBe(200);
    const { canvasId } = (JSON.parse(generated.text) as { data: { canvasId: string } }).data;
    await send(`/api/canvas/${canvasId}/refine`, token, { section: 'channels' });
    await send(`/api/canvas/${canvasId}/export?format=md`, token);
    await send('/api/canvas/generate', token, business, { accept: 'text/event-stream' });
    await send('/api/llm/chat', token, { prompt: `Count to ${round}.` });
    await send('/api/llm/chat', token, { prompt: `Count to ${round}.` });
    await send('/api/llm/chat', token, { prompt: `Stream ${round}.`, stream: true });
    await send('/api/flags/evaluate', token);
    await send('/api/canvas', token, {});
    await send('/nowhere', token);
    const { text } = await send('/api/queue/llm', token, { type: 'custom_prompt', prompt: `Job ${round}.` });
    const { jobId } = (JSON.parse(text) as { data: { jobId: string } }).data;
    await eventually(
      async () => expect((await send(`/api/queue/llm/${jobId}/result`, token)).status).toBe(200),
      { timeoutMs: 30_000 },
    );
  }

  /** A provider that fails, all of them, an edit that is stale, and a user beyond the limit of the tier. */
  async function failEverything(token: string, limited: string, round: number): Promise<void> {
    simulator.behave({ rules: [{ fault: '500', key: 'sk-first' }] });
    expect((await send('/api/llm/chat', token, { prompt: `Fail over ${round}.` })).status).toBe(200);
    simulator.behave({ rules: [{ fault: '500' }] });
    const failing = { businessDescription: `A business that fails, ${round}` };
    expect((await send('/api/canvas/generate', token, failing)).status).toBeGreaterThanOrEqual(500);
    simulator.reset();
    // Failures of several rounds would open the breakers.
    expect((await send('/api/llm/reset', token, {})).status).toBeLessThan(300);
    const { text } = await send('/api/canvas', token, { businessDescription: `A stale business ${round}` });
    const { id } = (JSON.parse(text) as { data: { id: string } }).data;
    const edit = () =>
      send(`/api/canvas/${id}`, token, { revision: 1, channels: [`Shop ${Math.random()}`] }, {}, 'PUT');
    expect((await edit()).status).toBe(200);
    expect((await edit()).status).toBe(409);
    for (let call = 0; call < 12; call += 1)
      await send('/api/llm/chat', limited, { prompt: `${round} ${call}` });
  }

  /** Waits until Prometheus has scraped the gateway once more. */
  async function scraped(): Promise<void> {
    const count = async () => {
      const [series] = await instant('count_over_time(up{service="gateway"}[10m])');
      return Number(series?.values.at(-1)?.[1] ?? 0);
    };
    const before = await count();
    await eventually(async () => expect(await count()).toBeGreaterThan(before), {
      timeoutMs: 60_000,
      everyMs: 500,
    });
  }

  function instant(expr: string) {
    const now = Date.now() / 1_000;
    return monitoring.query(expr, { start: now, end: now, stepSeconds: 1 });
  }

  /** Fills in what Grafana would. */
  function concrete(expr: string): string {
    return expr
      .replaceAll('$__rate_interval', '2m')
      .replaceAll('$__range', '10m')
      .replaceAll('$__interval', '15s')
      .replaceAll('$service', '.*');
  }

  test.skipIf(pictures === undefined)('its data can be drawn', { timeout: 60_000 }, async () => {
    const end = Math.floor(Date.now() / 1_000);
    const range = { start: Math.floor(begunAt / 1_000), end };
    const minutes = Math.round((end - range.start) / 60);
    const caption = `${new Date().toISOString().slice(0, 10)}, npm run picture:dashboards: not Grafana, but its queries to a real Prometheus, after ${minutes} minutes of light load with failures on purpose.`;
    await mkdir(join(root, pictures ?? ''), { recursive: true });
    for (const { file, title, panels } of dashboards) {
      const drawn = panels.map(async ({ title: name, type, fieldConfig, targets }) => {
        const answers = targets.map(async ({ expr, legendFormat }) =>
          (await monitoring.query(concrete(expr), { ...range, stepSeconds: 4 })).map(
            ({ metric, values }) => ({
              name: seriesName(legendFormat, metric),
              values,
            }),
          ),
        );
        return {
          title: name,
          type,
          unit: fieldConfig.defaults.unit,
          series: (await Promise.all(answers)).flat(),
        };
      });
      const picture = dashboardPicture(title, await Promise.all(drawn), { range, caption });
      await writeFile(join(root, pictures ?? '', file.replace('.json', '.svg')), picture);
    }
  });

  test.each(queries)('$dashboard "$panel": $expr', async ({ panel, expr }) => {
    const series = await instant(concrete(expr));
    if (quiet.has(panel)) expect(series).toEqual([]);
    else expect(series.length).toBeGreaterThan(0);
  });
});
