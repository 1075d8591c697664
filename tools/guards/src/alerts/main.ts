import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../root.ts';
import { deliverAlert } from './deliver-alert.ts';

// Checks the rules of Prometheus and the routes of Alertmanager with their own programs, and delivers an alert for real.
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

const programs = {
  promtool: find('promtool'),
  prometheus: find('prometheus'),
  amtool: find('amtool'),
  alertmanager: find('prometheus-alertmanager') ?? find('alertmanager'),
};
const missing = Object.entries(programs).filter(([, path]) => path === undefined);
if (missing.length > 0) {
  console.warn(
    `SKIPPED, because they are not installed: ${missing.map(([name]) => name).join(', ')}. Debian: apt-get install prometheus prometheus-alertmanager`,
  );
}

const { promtool, amtool, alertmanager } = programs;
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
if (programs.prometheus && alertmanager) {
  const seconds = await deliverAlert({ infrastructure, prometheus: programs.prometheus, alertmanager });
  console.log(`passed: a stopped service reached a receiver as an alert after ${seconds.toFixed(1)} s`);
}

function find(program: string): string | undefined {
  const { status, stdout } = spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
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
