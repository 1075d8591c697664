import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@valuecanvas/local-servers';
import { root } from '../root.ts';
import { fetchPrograms, findPrograms, howToInstall } from './programs.ts';
import { runbooksUrl, startMonitoring } from './start-monitoring.ts';

// Checks the rules of Prometheus and the routes of Alertmanager with their own programs, and delivers an alert for real. --fetch
// fetches the programs first.
const infrastructure = join(root, 'infrastructure');
const prometheus = join(infrastructure, 'prometheus');
const filesIn = (folder: string) =>
  readdirSync(join(prometheus, folder)).map((file) => join(prometheus, folder, file));

/** Every channel is configured, so that all lines of the configuration are checked. Nothing is sent. */
const allChannels = {
  PAGERDUTY_ROUTING_KEY: 'key',
  SLACK_WEBHOOK_URL: 'https://hooks.example.com/slack',
  ALERT_WEBHOOK_URL: 'https://hooks.example.com/alerts',
  ALERT_EMAIL: 'operators@example.com',
  EMAIL_FROM: 'valuecanvas@example.com',
  SMTP_HOST: 'smtp.example.com',
  SMTP_USER: 'user',
  SMTP_PASSWORD: 'password',
};

if (process.argv.includes('--fetch')) fetchPrograms();
const { paths, missing } = findPrograms();
if (missing.length > 0)
  console.warn(`SKIPPED, because they are not installed: ${missing.join(', ')}. ${howToInstall}`);

const { promtool, amtool, prometheus: server, alertmanager } = paths;
if (promtool) {
  run('configuration of Prometheus', promtool, ['check', 'config', join(prometheus, 'prometheus.yml')]);
  run('rules', promtool, ['check', 'rules', '--lint=all', '--lint-fatal', ...filesIn('rules')]);
  run('unit tests of the alerts', promtool, ['test', 'rules', ...filesIn('tests')]);
}
if (amtool) {
  const folder = await mkdtemp(join(tmpdir(), 'valuecanvas-alertmanager-'));
  for (const channels of [{}, allChannels]) {
    const environment = { ...channels, RUN_DIR: folder, ALERTMANAGER: 'true' };
    const start = join(infrastructure, 'alertmanager/start.sh');
    run('start of Alertmanager', 'sh', [start], environment);
    const config = join(folder, 'alertmanager.yml');
    run('configuration of Alertmanager', amtool, ['check-config', config]);
    for (const severity of ['critical', 'warning', 'info']) {
      const routes = ['config', 'routes', 'test', `--config.file=${config}`];
      run(`route of ${severity}`, amtool, [
        ...routes,
        `--verify.receivers=${severity}`,
        `severity=${severity}`,
      ]);
    }
  }
  await rm(folder, { recursive: true });
}
if (server && alertmanager) {
  const target = `127.0.0.1:${await freePort()}`;
  const begun = performance.now();
  await using monitoring = await startMonitoring({
    infrastructure,
    prometheus: server,
    alertmanager,
    targets: { canvas: target },
  });
  const { annotations } = await monitoring.alert(({ labels }) => labels.alertname === 'ServiceDown', {
    timeoutMs: 60_000,
  });
  const passed = annotations.runbook_url === `${runbooksUrl}/service-down.md`;
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  console.log(
    `${passed ? 'passed' : 'FAILED'}: a stopped service reached a receiver as an alert with its runbook after ${seconds} s`,
  );
  if (!passed) process.exitCode = 1;
}

function run(
  name: string,
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): void {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...environment },
  });
  console.log(`${status === 0 ? 'passed' : 'FAILED'}: ${name}`);
  if (status === 0) return;
  console.error(`${stdout}${stderr}`);
  process.exitCode = 1;
}
