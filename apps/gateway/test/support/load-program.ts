import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { compileCache, eventually } from '@valuecanvas/testing';
import { onTestFinished } from 'vitest';

export interface Program {
  /** Starts the loaded service. Resolves with its origin. */
  start(): Promise<string>;
  /** The log lines so far. */
  readonly lines: readonly Readonly<Record<string, string>>[];
  /** Sends SIGTERM. Resolves with the exit code once all log lines have been read. */
  stop(): Promise<number | null>;
}

/** Loads a service of this folder in a separate process, as in production. Resolves once it is ready to start. */
export async function loadProgram(
  file: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [], {
    env: {
      ...compileCache(),
      HOST: '127.0.0.1',
      PORT: '0',
      INTERNAL_PORT: '0',
      SHUTDOWN_DRAIN_MS: '0',
      ...environment,
    },
    silent: true,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: Record<string, string>[] = [];
  if (!child.stdout) throw new Error('The process has no output.');
  const reader = createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
  const ended = Promise.all([once(child, 'exit'), once(reader, 'close')]);
  await once(child, 'message');
  return {
    lines,
    start() {
      child.send('start');
      return eventually(() => {
        const started = lines.find(({ message }) => message === 'started');
        if (!started?.url) throw new Error('The process failed to start.');
        return started.url;
      });
    },
    async stop() {
      child.kill('SIGTERM');
      const [[code]] = await ended;
      return code as number | null;
    },
  };
}
