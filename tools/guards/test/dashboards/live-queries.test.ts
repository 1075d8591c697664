import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serviceNames } from '@valuecanvas/contracts-core';
import { type Simulator, startSimulator } from '@valuecanvas/llm-simulator';
import { eventually } from '@valuecanvas/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPrograms, howToInstall } from '../../src/alerts/programs.ts';
import { type Monitoring, startMonitoring } from '../../src/alerts/start-monitoring.ts';
import { root } from '../../src/root.ts';
import { startPlatform } from '../platform.ts';

interface Query {
  readonly dashboard: string;
  readonly panel: string;
  readonly expr: string;
}

const model = 'meta-llama/Llama-3-70b-chat-hf';
const free = { input: 0, output: 0 };

const folder = join(root, 'infrastructure/grafana/dashboards');
const queries = (await Promise.all((await readdir(folder)).map(queriesOf))).flat();

async function queriesOf(file: string): Promise<Query[]> {
  const { panels } = JSON.parse(await readFile(join(folder, file), 'utf8')) as {
    panels: { title: string; targets: { expr: string }[] }[];
  };
  return panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({ dashboard: file, panel: title, expr })),
  );
}

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
      targets: Object.fromEntries(
        serviceNames.map((service) => [service, new URL(platform.internalUrlOf(service)).host]),
      ),
    });
    const token = await signUp('dashboards@example.com', 'enterprise');
    const limited = await signUp('limited@example.com', 'free');
    // A rate needs samples before and after an event, and a series begins with its first event.
    for (const round of [1, 2, 3]) {
      await useEverything(token, round);
      await failEverything(token, limited, round);
      await scraped();
    }
  }, 300_000);

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

  async function signUp(email: string, tier: string): Promise<string> {
    const account = { email, password: 'a-long-password' };
    await send('/auth/v1/signup', undefined, account);
    await platform.database.query(
      `update auth.users set raw_app_meta_data = jsonb_build_object('tier', $2::text, 'role', 'user') where email = $1`,
      [email, tier],
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

  test.each(queries)('$dashboard "$panel": $expr', async ({ panel, expr }) => {
    const concrete = expr
      .replaceAll('$__rate_interval', '2m')
      .replaceAll('$__range', '10m')
      .replaceAll('$__interval', '15s')
      .replaceAll('$service', '.*');
    const series = await instant(concrete);
    if (quiet.has(panel)) expect(series).toEqual([]);
    else expect(series.length).toBeGreaterThan(0);
  });
});
