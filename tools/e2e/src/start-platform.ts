import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from '@valuecanvas/local-servers';
import type { TestProject } from 'vitest/node';

const root = join(import.meta.dirname, '../../..');

/** Starts the platform with empty data as `npm start` does. Returns its address, and a function that stops it. */
export async function startPlatform(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const port = await freePort();
  const args = ['tools/dev-stack/start.mjs', '--fresh', '--state', '.cache/e2e'];
  const platform = spawn(process.execPath, args, {
    cwd: root,
    env: {
      ...process.env,
      PORT: String(port),
      RATE_LIMIT_PER_MINUTE: '100000',
      AUTH_RATE_LIMIT_PER_MINUTE: '100000',
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
    async stop() {
      platform.kill('SIGTERM');
      await ended;
    },
  };
}

/**
 * Starts the platform and names its address to the journeys.
 * @public Vitest calls it.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, stop } = await startPlatform();
  project.provide('url', url);
  return stop;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the platform. */
    url: string;
  }
}
