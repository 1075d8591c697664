import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { type Simulator, startSimulator } from '@valuecanvas/llm-simulator';
import { eventually, openSeverableLink, type SeverableLink } from '@valuecanvas/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPrograms, howToInstall } from '../../src/alerts/programs.ts';
import {
  type Monitoring,
  type ReceivedAlert,
  runbooksUrl,
  startMonitoring,
} from '../../src/alerts/start-monitoring.ts';
import { root } from '../../src/root.ts';
import { startPlatform } from '../platform.ts';

const { prometheus, alertmanager } = findPrograms().paths;
if (!prometheus || !alertmanager)
  console.warn(`SKIPPED: no alert of a broken dependency is awaited without Prometheus. ${howToInstall}`);

/** An alert fires after the next scrape and the next evaluations, which take a few seconds. */
const timeoutMs = 90_000;

describe.skipIf(!prometheus || !alertmanager)('a receiver of alerts learns', { timeout: 200_000 }, () => {
  let simulator: Simulator;
  let platform: Awaited<ReturnType<typeof startPlatform>>;
  let monitoring: Monitoring;
  const links = { postgres: [] as SeverableLink[], redis: [] as SeverableLink[] };
  const through = (kept: SeverableLink[]) => async (url: string) => {
    const link = await openSeverableLink(url);
    kept.push(link);
    return link.url;
  };
  let token: string;

  beforeAll(async () => {
    simulator = await startSimulator();
    platform = await startPlatform(
      {
        TOGETHER_BASE_URL: simulator.url,
        TOGETHER_API_KEY: 'sk-test',
        LLM_RETRIES: '0',
        LOG_LEVEL: 'info',
      },
      { postgres: through(links.postgres), redis: through(links.redis) },
    );
    monitoring = await startMonitoring({
      infrastructure: join(root, 'infrastructure'),
      prometheus: prometheus ?? '',
      alertmanager: alertmanager ?? '',
      targets: platform.metricsTargets,
    });
    token = await signUp();
  }, 300_000);

  afterAll(async () => {
    await monitoring?.[Symbol.asyncDispose]();
    await platform?.[Symbol.asyncDispose]();
    for (const link of [...links.postgres, ...links.redis]) await link.cut();
    await simulator?.stop();
  });

  async function signUp(): Promise<string> {
    const account = { email: 'alerts@example.com', password: 'a-long-password' };
    await send('/auth/v1/signup', account);
    await platform.database.query(
      `update auth.users set raw_app_meta_data = '{"tier": "enterprise", "role": "admin"}'`,
    );
    const response = await send('/auth/v1/token?grant_type=password', account);
    return ((await response.json()) as { access_token: string }).access_token;
  }

  const send = (path: string, body: object) =>
    fetch(`${platform.urlOf('gateway')}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    });

  /** The alert, and its end after the repair. Alerts of earlier walks do not count. */
  async function walk(
    name: string,
    labels: Readonly<Record<string, string>>,
    steps: { readonly break: () => Promise<unknown>; readonly repair: () => Promise<unknown> },
  ): Promise<ReceivedAlert> {
    const skip = monitoring.received.length;
    const is = (status: string) => (alert: ReceivedAlert) =>
      alert.status === status && alert.labels.alertname === name && matches(alert, labels);
    const brokenAlert = steps.break().then(() => monitoring.alert(is('firing'), { timeoutMs, skip }));
    const alert = await brokenAlert.finally(steps.repair);
    await monitoring.alert(is('resolved'), { timeoutMs, skip });
    return alert;
  }

  const matches = (alert: ReceivedAlert, labels: Readonly<Record<string, string>>) =>
    Object.entries(labels).every(([label, value]) => alert.labels[label] === value);

  /** The link of an alert leads to a page of this repository. */
  async function expectRunbook({ annotations }: ReceivedAlert, page: string): Promise<void> {
    expect(annotations.runbook_url).toBe(`${runbooksUrl}/${page}`);
    await access(join(root, 'docs/runbooks', page));
  }

  test('that PostgreSQL does not answer, and that it does again', async () => {
    const alert = await walk(
      'PostgresUnavailable',
      { severity: 'critical', service: 'canvas' },
      {
        break: () => Promise.all(links.postgres.map((link) => link.cut())),
        repair: () => Promise.all(links.postgres.map((link) => link.mend())),
      },
    );
    expect(alert.annotations.summary).toBe('PostgreSQL does not answer canvas.');
    await expectRunbook(alert, 'postgres-unavailable.md');
  });

  test('that Redis does not answer, and that it does again', async () => {
    const alert = await walk(
      'RedisUnavailable',
      { severity: 'critical', service: 'llm-router' },
      {
        break: () => Promise.all(links.redis.map((link) => link.cut())),
        repair: () => Promise.all(links.redis.map((link) => link.mend())),
      },
    );
    await expectRunbook(alert, 'redis-unavailable.md');
  });

  test('that no provider answers, and that it does again', async () => {
    const ask = async (prompt: string) => (await send('/api/llm/chat', { prompt })).status;
    expect(await ask('Hello')).toBe(200);
    const alert = await walk(
      'NoProviderAvailable',
      { severity: 'critical' },
      {
        break: async () => {
          simulator.behave({ rules: [{ fault: '500' }] });
          // A breaker opens after ten calls within ten seconds, half of which failed.
          for (let call = 0; call < 20; call += 1)
            expect(await ask(`Hello ${call}`)).toBeGreaterThanOrEqual(500);
        },
        // The runbook's way for those who cannot wait for the probe.
        repair: async () => {
          simulator.reset();
          expect((await send('/api/llm/reset', {})).status).toBeLessThan(300);
        },
      },
    );
    await expectRunbook(alert, 'no-provider-available.md');
    expect(await ask('Hello again')).toBe(200);
  });

  test('that jobs wait and no worker takes them, and that one does again', async () => {
    const queue = `${platform.redis.prefix}:queue:llm-processing`;
    const alert = await walk(
      'QueueStalled',
      { severity: 'critical' },
      {
        break: async () => {
          await platform.redis.client.hset(`${queue}:meta`, 'paused', '1');
          expect((await send('/api/queue/llm', { type: 'custom_prompt', prompt: 'Wait.' })).status).toBe(202);
        },
        repair: async () => {
          await platform.redis.client.hdel(`${queue}:meta`, 'paused');
          await send('/api/queue/llm', { type: 'custom_prompt', prompt: 'Go on.' });
        },
      },
    );
    await expectRunbook(alert, 'queue-stalled.md');
  });

  test('that every request fails', async () => {
    const skip = monitoring.received.length;
    for (const link of links.postgres) await link.cut();
    try {
      await eventually(
        async () => {
          await send('/api/canvas', { businessDescription: 'A bakery' });
          expect(
            monitoring.received.slice(skip).some(({ labels }) => labels.alertname === 'HighErrorRate'),
          ).toBe(true);
        },
        { timeoutMs, everyMs: 500 },
      );
    } finally {
      for (const link of links.postgres) await link.mend();
    }
    const alert = await monitoring.alert(({ labels }) => labels.alertname === 'HighErrorRate', {
      timeoutMs,
      skip,
    });
    await expectRunbook(alert, 'high-error-rate.md');
  });
});
