import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Environment } from '@valuecanvas/service-kit';
import { onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface JobWorkerProcess {
  /** Ends it as a crash of the machine would: nothing is finished, told or given back. */
  kill(): Promise<void>;
}

/** A job worker in a process of its own, as it runs in production. */
export function startJobWorkerProcess(environment: Environment): JobWorkerProcess {
  const child = spawn(process.execPath, ['--import', '@valuecanvas/service-kit/register', main], {
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      PORT: '0',
      INTERNAL_PORT: '0',
      LOG_LEVEL: 'warn',
      ...environment,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onTestFinished(() => kill(child));
  return { kill: () => kill(child) };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
