import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Environment } from '@valuecanvas/service-kit';
import { onTestFinished } from 'vitest';

/** A router that runs as a separate process, as in production, so that it can be killed. */
export interface RouterProcess {
  readonly url: string;
  /** Kills it with SIGKILL. */
  kill(): Promise<void>;
}

const app = fileURLToPath(new URL('../..', import.meta.url));

/** Starts a router process. It ends with the test at the latest. */
export async function startRouterProcess(environment: Environment): Promise<RouterProcess> {
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: app,
    env: { ...environment, HOST: '127.0.0.1', PORT: '0', INTERNAL_PORT: '0', LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  for await (const line of createInterface({ input: child.stdout })) {
    const { message, url } = JSON.parse(line) as { message: string; url?: string };
    if (message === 'started' && url) return { url, kill };
  }
  throw new Error('The router ended before it had started.');
}
