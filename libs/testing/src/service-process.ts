import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ServiceName } from '@valuecanvas/contracts-core';
import type { Environment } from '@valuecanvas/service-kit';
import { onTestFinished } from 'vitest';

/** A service in a separate process, as in production, so that a test can kill it. */
export interface ServiceProcess {
  readonly url: string;
  /** Ends the process with SIGKILL, so that it cannot finish or hand over its work. */
  kill(): Promise<void>;
}

/** The cache of compiled modules, which makes starts cheaper. */
export const compileCache = (): Environment => {
  const { NODE_COMPILE_CACHE } = process.env;
  return NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE } : {};
};

/** Starts a service on free ports. It is killed at the end of the test. */
export async function startServiceProcess(
  service: ServiceName,
  environment: Environment,
): Promise<ServiceProcess> {
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: fileURLToPath(new URL(`../../../apps/${service}`, import.meta.url)),
    env: {
      ...environment,
      ...compileCache(),
      HOST: '127.0.0.1',
      PORT: '0',
      INTERNAL_PORT: '0',
      LOG_LEVEL: 'info',
    },
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
    if (message !== 'started' || !url) continue;
    // Discards the rest of the log. Otherwise a full pipe would block the process.
    child.stdout.resume();
    return { url, kill };
  }
  throw new Error(`${service} exited before it was ready.`);
}
