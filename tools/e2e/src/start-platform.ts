import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@valuecanvas/local-servers';
import type { TestProject } from 'vitest/node';

const root = join(import.meta.dirname, '../../..');

/** Folder of the platform's data, with the record of its processes. */
const state = join(root, '.cache/e2e');

/** Starts the platform with empty data as `npm start` does. Returns its address, and a function that stops it. */
export async function startPlatform(): Promise<{
  readonly url: string;
  readonly mailPort: number;
  readonly stop: () => Promise<void>;
}> {
  const port = await freePort();
  const mailPort = await freePort();
  const args = ['tools/dev-stack/start.mjs', '--fresh', '--state', state];
  const platform = spawn(process.execPath, args, {
    cwd: root,
    env: {
      ...process.env,
      PORT: String(port),
      RATE_LIMIT_PER_MINUTE: '100000',
      ANONYMOUS_RATE_LIMIT_PER_MINUTE: '100000',
      AUTH_RATE_LIMIT_PER_MINUTE: '100000',
      // The simulator's answers cost fractions of a cent.
      PLATFORM_ALERT_THRESHOLDS: '{ "hour": { "warning": 0.000001 } }',
      SMTP_URL: `smtp://127.0.0.1:${mailPort}`,
      EMAIL_FROM: 'ValueCanvas <no-reply@example.com>',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(platform, 'exit');
  await new Promise<void>((resolve, reject) => {
    let printed = '';
    for (const stream of [platform.stdout, platform.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
        if (printed.includes('ValueCanvas is ready at')) resolve();
      });
    }
    platform.once('exit', () => reject(new Error(`The platform did not start:\n${printed}`)));
  });
  return {
    url: `http://localhost:${port}`,
    mailPort,
    async stop() {
      platform.kill('SIGTERM');
      await ended;
    },
  };
}

/** Kills the gateway with SIGKILL, so that it can finish nothing. The platform starts it again. */
export async function killGateway(): Promise<void> {
  const { processes } = JSON.parse(await readFile(join(state, 'run.json'), 'utf8'));
  process.kill(processes.gateway.pid, 'SIGKILL');
}

/**
 * Starts the platform and names its address to the journeys.
 * @public Vitest calls it.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, mailPort, stop } = await startPlatform();
  project.provide('url', url);
  project.provide('mailPort', mailPort);
  return stop;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the platform. */
    url: string;
    /** Port to which the platform sends its mails. Nothing listens there until a journey does. */
    mailPort: number;
  }
}
