import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@valuecanvas/local-servers';

/** An alert as Alertmanager sends it to a webhook. */
export interface ReceivedAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A series of a range query: its labels, and pairs of time in seconds and value. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

export interface Monitoring extends AsyncDisposable {
  /** Every alert that the webhook has received so far. */
  readonly received: readonly ReceivedAlert[];
  /** Resolves with the first alert after the `skip` first ones that satisfies `matches`. Rejects after `timeoutMs`. */
  alert(
    matches: (alert: ReceivedAlert) => boolean,
    options: { readonly timeoutMs: number; readonly skip?: number },
  ): Promise<ReceivedAlert>;
  /** Evaluates an expression at every `stepSeconds` of a range. Throws if Prometheus refuses it. */
  query(
    expression: string,
    range: { start: number; end: number; stepSeconds: number },
  ): Promise<readonly Series[]>;
}

/** Prefix of the links to runbooks. */
export const runbooksUrl = 'https://example.com/runbooks';

/**
 * Starts a real Prometheus and a real Alertmanager with the configuration of the repository, but with times of seconds, and a
 * webhook that receives the alerts. `targets` are addresses of metrics by service.
 */
export async function startMonitoring(parts: {
  readonly infrastructure: string;
  readonly prometheus: string;
  readonly alertmanager: string;
  readonly targets: Readonly<Record<string, string>>;
}): Promise<Monitoring> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'valuecanvas-alerts-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const [ofPrometheus, ofAlertmanager] = [await freePort(), await freePort()];

  const received: ReceivedAlert[] = [];
  const failed = Promise.withResolvers<never>();
  // The failure reaches the callers that wait. Without one it must not end the process.
  failed.promise.catch(() => undefined);
  const receiver = createServer((request, response) => {
    void json(request).then((notification) => {
      received.push(...(notification as { alerts: ReceivedAlert[] }).alerts);
      response.end();
    });
  });
  const ofReceiver = await freePort();
  await once(receiver.listen(ofReceiver, '127.0.0.1'), 'listening');
  cleanup.defer(() => void receiver.close());

  await prepare(parts.infrastructure, folder, ofAlertmanager, parts.targets);
  const start = (program: string, args: readonly string[], environment: Readonly<Record<string, string>>) => {
    const child = spawn(program, args, { env: { PATH: process.env.PATH, ...environment }, stdio: 'pipe' });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk));
    child.once('error', (error) => failed.reject(error));
    child.once('exit', (code) => failed.reject(new Error(`${program} ended with ${code}:\n${printed}`)));
    cleanup.defer(async () => {
      child.removeAllListeners('exit');
      if (child.exitCode === null && child.kill()) await once(child, 'close');
    });
  };
  start(
    'sh',
    [
      join(folder, 'alertmanager/start.sh'),
      `--storage.path=${join(folder, 'alertmanager-data')}`,
      `--web.listen-address=127.0.0.1:${ofAlertmanager}`,
      '--cluster.listen-address=',
    ],
    {
      ALERTMANAGER: parts.alertmanager,
      RUN_DIR: join(folder, 'run'),
      ALERT_WEBHOOK_URL: `http://127.0.0.1:${ofReceiver}/`,
    },
  );
  start(
    parts.prometheus,
    [
      `--config.file=${join(folder, 'prometheus/prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'prometheus-data')}`,
      `--web.listen-address=127.0.0.1:${ofPrometheus}`,
      '--rules.alert.resend-delay=2s',
    ],
    { RUNBOOKS_URL: runbooksUrl },
  );
  const owned = cleanup.move();
  return {
    received,
    async alert(matches, { timeoutMs, skip = 0 }) {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const found = received.slice(skip).find(matches);
        if (found) return found;
        if (performance.now() > deadline) {
          const seen = new Set(
            received.slice(skip).map(({ status, labels }) => `${labels.alertname} ${status}`),
          );
          throw new Error(
            `The alert did not arrive in ${timeoutMs / 1_000} s. Received: ${[...seen].join(', ') || 'none'}.`,
          );
        }
        await Promise.race([delay(100), failed.promise]);
      }
    },
    async query(expression, { start: from, end, stepSeconds }) {
      const url = new URL(`http://127.0.0.1:${ofPrometheus}/api/v1/query_range`);
      url.search = new URLSearchParams({
        query: expression,
        start: String(from),
        end: String(end),
        step: String(stepSeconds),
      }).toString();
      const response = await Promise.race([fetch(url), failed.promise]);
      const { error, data } = (await response.json()) as { error?: string; data?: { result: Series[] } };
      if (!data) throw new Error(`${expression}: ${error ?? response.status}`);
      return data.result;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Copies the configuration with the targets, and with times of seconds. */
async function prepare(
  infrastructure: string,
  folder: string,
  alertmanagerPort: number,
  targets: Readonly<Record<string, string>>,
): Promise<void> {
  for (const part of ['prometheus', 'alertmanager'])
    await cp(join(infrastructure, part), join(folder, part), { recursive: true });
  await mkdir(join(folder, 'run'));
  await edit(join(folder, 'prometheus/rules/alerts.yml'), (text) =>
    text.replaceAll(/for: \d+[mh]/g, 'for: 1s'),
  );
  const listed = Object.entries(targets).map(
    ([service, target]) => `      - { labels: { service: ${service} }, targets: ['${target}'] }\n`,
  );
  await edit(join(folder, 'prometheus/prometheus.yml'), (text) =>
    text
      .replace(/evaluation_interval: \d+s/, 'evaluation_interval: 1s')
      // Without Redis or PostgreSQL, a service answers a scrape once its probes have timed out.
      .replaceAll(/(scrape_interval|scrape_timeout): \d+s/g, '$1: 4s')
      .replace('alertmanager:9093', `127.0.0.1:${alertmanagerPort}`)
      .replace(/scrape_configs:[\s\S]*/, '')
      .concat(
        `scrape_configs:\n  - job_name: valuecanvas\n    honor_labels: true\n    static_configs:\n${listed.join('')}`,
      ),
  );
  await edit(join(folder, 'alertmanager/alertmanager.yml'), (text) =>
    text.replaceAll(/(group_wait|group_interval): \d+[sm]/g, '$1: 1s'),
  );
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  await writeFile(path, change(await readFile(path, 'utf8')));
}
