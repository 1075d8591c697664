import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** A process that starts a server and waits to be killed. Like a terminal's job, it has its own process group. */
export interface StarterProcess {
  pid: number;
  /** Resolves with the next printed line. */
  nextLine(): Promise<string>;
  /** Signals its whole process group, like a terminal does, and returns when it has ended. */
  end(signal: NodeJS.Signals): Promise<void>;
}

export function starterProcess(server: 'postgres' | 'redis', directory: string): StarterProcess {
  const script = fileURLToPath(new URL('./start-and-wait.ts', import.meta.url));
  const child = spawn(process.execPath, [script, server, directory], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const end = async (signal: NodeJS.Signals) => {
    signalGroup(child, signal);
    await ended;
  };
  onTestFinished(() => end('SIGKILL'));
  return { pid: child.pid ?? 0, nextLine: async () => String((await lines.next()).value), end };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  const hasEnded = child.exitCode !== null || child.signalCode !== null;
  if (child.pid !== undefined && !hasEnded) process.kill(-child.pid, signal);
}
