import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@valuecanvas/local-servers';

interface Notification {
  readonly status: string;
  readonly alerts: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

/** Longest wait for the notification. */
const timeoutMs = 60_000;

/**
 * Lets a real Prometheus scrape a service that does not run, with the platform's rules and shorter times, and waits until a
 * real Alertmanager has sent ServiceDown with its runbook to a webhook. Returns the seconds that it took.
 */
export async function deliverAlert(parts: {
  readonly infrastructure: string;
  readonly prometheus: string;
  readonly alertmanager: string;
}): Promise<number> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'valuecanvas-alerts-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const [ofPrometheus, ofAlertmanager, ofReceiver, ofNothing] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];

  const received = Promise.withResolvers<Notification>();
  const receiver = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      received.resolve(JSON.parse(text) as Notification);
      response.end();
    });
  });
  await once(receiver.listen(ofReceiver, '127.0.0.1'), 'listening');
  cleanup.defer(() => void receiver.close());

  await prepare(parts.infrastructure, folder, { alertmanager: ofAlertmanager, target: ofNothing });
  const start = (program: string, args: readonly string[], environment: Readonly<Record<string, string>>) => {
    const child = spawn(program, args, { env: { PATH: process.env.PATH, ...environment }, stdio: 'pipe' });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk));
    child.once('error', (error) => received.reject(error));
    child.once('exit', (code) => received.reject(new Error(`${program} ended with ${code}:\n${printed}`)));
    cleanup.defer(async () => {
      child.removeAllListeners('exit');
      if (child.exitCode === null && child.kill()) await once(child, 'close');
    });
  };
  const begun = performance.now();
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
    { RUNBOOKS_URL: 'https://example.com/runbooks' },
  );
  const timer = setTimeout(() => received.reject(new Error('No alert arrived within a minute.')), timeoutMs);
  cleanup.defer(() => clearTimeout(timer));

  const { status, alerts } = await received.promise;
  const runbook = alerts[0]?.annotations.runbook_url;
  if (status !== 'firing' || runbook !== 'https://example.com/runbooks/service-down.md')
    throw new Error(`Unexpected notification: ${JSON.stringify({ status, alerts })}`);
  return (performance.now() - begun) / 1_000;
}

/** Copies the configuration with one target, and with times of a second. */
async function prepare(
  infrastructure: string,
  folder: string,
  ports: { readonly alertmanager: number; readonly target: number },
): Promise<void> {
  for (const part of ['prometheus', 'alertmanager'])
    await cp(join(infrastructure, part), join(folder, part), { recursive: true });
  await mkdir(join(folder, 'run'));
  await edit(join(folder, 'prometheus/rules/alerts.yml'), (text) =>
    text.replaceAll(/for: \d+[mh]/g, 'for: 1s'),
  );
  await edit(join(folder, 'prometheus/prometheus.yml'), (text) =>
    text
      .replaceAll(/(interval|timeout): \d+s/g, '$1: 1s')
      .replace('alertmanager:9093', `127.0.0.1:${ports.alertmanager}`)
      .replace(/scrape_configs:[\s\S]*/, '')
      .concat(`scrape_configs:
  - job_name: valuecanvas
    static_configs: [{ labels: { service: canvas }, targets: ['127.0.0.1:${ports.target}'] }]
`),
  );
  await edit(join(folder, 'alertmanager/alertmanager.yml'), (text) =>
    text.replaceAll(/group_wait: \d+s/g, 'group_wait: 1s'),
  );
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  await writeFile(path, change(await readFile(path, 'utf8')));
}
