import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const program = fileURLToPath(new URL('./service-process.ts', import.meta.url));

export interface ProcessInTest {
  readonly child: ChildProcess;
  /** Resolves with the first log line with this message, past or future. Rejects if the process ends without it. */
  logged(message: string): Promise<Record<string, string>>;
  /** Resolves with the exit code and the text written to stderr. */
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

/** Runs a service as in production, with preload, signals and an IPC channel to its parent. It ends with the test. */
export function runInTest(environment: Readonly<Record<string, string>> = {}): ProcessInTest {
  const { NODE_COMPILE_CACHE } = process.env;
  const child = fork(program, [], {
    execArgv: ['--import', '@valuecanvas/service-kit/register'],
    env: {
      ...(NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE } : {}),
      HOST: '127.0.0.1',
      PORT: '0',
      INTERNAL_PORT: '0',
      SHUTDOWN_DRAIN_MS: '0',
      ...environment,
    },
    silent: true,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('The process has no output.');

  const lines: Record<string, string>[] = [];
  const reader = createInterface({ input: stdout });
  reader.on('line', (line) => lines.push(JSON.parse(line)));
  // The event `close` is never emitted after the parent has disconnected, so this listens to another one.
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
