import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** A process that sleeps for a minute. It ends with the test. */
export async function sleepingProcess(): Promise<{ readonly pid: number; readonly child: ChildProcess }> {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  onTestFinished(() => void child.kill('SIGKILL'));
  return { pid: child.pid ?? 0, child };
}
