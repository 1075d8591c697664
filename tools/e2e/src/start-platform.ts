import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, type RunningPlatform, startPlatform as start } from '@valuecanvas/local-servers';
import type { TestProject } from 'vitest/node';

const root = join(import.meta.dirname, '../../..');

/** Folder of the platform's data, with the record of its processes. */
const state = join(root, '.cache/e2e');

/** Starts the platform with empty data as `npm start` does. It sends its mails to `mailPort`. */
export async function startPlatform(): Promise<RunningPlatform & { readonly mailPort: number }> {
  const mailPort = await freePort();
  const environment = {
    RATE_LIMIT_PER_MINUTE: '100000',
    ANONYMOUS_RATE_LIMIT_PER_MINUTE: '100000',
    AUTH_RATE_LIMIT_PER_MINUTE: '100000',
    // The simulator's answers cost fractions of a cent.
    PLATFORM_ALERT_THRESHOLDS: '{ "hour": { "warning": 0.000001 } }',
    SMTP_URL: `smtp://127.0.0.1:${mailPort}`,
    EMAIL_FROM: 'ValueCanvas <no-reply@example.com>',
  };
  return { ...(await start({ root, state, flags: ['--fresh'], environment })), mailPort };
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
