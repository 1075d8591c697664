import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const program = fileURLToPath(new URL('./service-process.ts', import.meta.url));

export interface ProcessInTest {
  readonly child: ChildProcess;
  /** Resolves with the first line logged whose message is this, however long ago; rejects if none ever comes. */
  logged(message: string): Promise<Record<string, string>>;
  /** Resolves with exit code and what was written to stderr. */
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

/** Runs a service as production does: preload, signals and a channel to its parent; it ends with the test. */
export function runInTest(environment: Readonly<Record<string, string>> = {}): ProcessInTest {
  const child = fork(program, [], {
    execArgv: ['--import', '@valuecanvas/service-kit/register'],
    env: { HOST: '127.0.0.1', PORT: '0', INTERNAL_PORT: '0', SHUTDOWN_DRAIN_MS: '0', ...environment },
    silent: true,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('The process has no output.');

  const lines: Record<string, string>[] = [];
  const reader = createInterface({ input: stdout });
  reader.on('line', (line) => lines.push(JSON.parse(line)));
  // Not the event named close: it never comes to a parent that has disconnected.
  const ended = Promise.all([once(child, 'exit'), text(stderr), once(reader, 'close')]).then(
    ([[code], written]) => ({ code: code as number | null, stderr: written }),
  );
  return {
    child,
    ended,
    async logged(message) {
      for (;;) {
        const found = lines.find((line) => line.message === message);
        if (found) return found;
        await Promise.race([
          once(reader, 'line'),
          ended.then(({ stderr }) => missing(message, lines, stderr)),
        ]);
      }
    },
  };
}

function missing(message: string, lines: readonly Record<string, string>[], stderr: string): void {
  if (lines.some((line) => line.message === message)) return;
  throw new Error(`The process ended without logging "${message}": ${stderr}`);
}
