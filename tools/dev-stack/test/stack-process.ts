import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { stopLeftovers } from '../src/leftovers.ts';

export const projectRoot = fileURLToPath(new URL('../../..', import.meta.url));

/** A starter in its own process group, like a terminal's job. */
export interface StackProcess {
  readonly pid: number;
  /** All output so far. */
  output(): string;
  /** Resolves once it reports that the platform is ready. Rejects with its output if it ends first. */
  ready(): Promise<void>;
  /** Resolves with the exit code when it has ended. */
  readonly ended: Promise<number | null>;
  /** Signals its whole process group, like a terminal does. Resolves with the exit code when it has ended. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** The environment of the tests without servers and providers, which the platform must not use. */
const blank = Object.fromEntries(
  [
    'MIGRATION_DATABASE_URL',
    'REDIS_URL',
    'TOGETHER_API_KEY',
    'OPENAI_API_KEY',
    'OPENAI_BASE_URL',
    'NODE_OPTIONS',
  ].map((name) => [name, '']),
);

/** Starts the platform as `npm start -- <more>` does, or by `npm start` itself. */
export function startStack(
  state: string,
  port: number,
  {
    by = 'node',
    more = [],
    settings = {},
  }: {
    by?: 'node' | 'npm';
    more?: readonly string[];
    settings?: Readonly<Record<string, string>>;
  } = {},
): StackProcess {
  const flags = ['--state', state, ...more];
  const [command, args] =
    by === 'npm'
      ? ['npm', ['start', '--', ...flags]]
      : [process.execPath, ['tools/dev-stack/start.mjs', ...flags]];
  const child = spawn(command, args, {
    cwd: projectRoot,
    env: { ...process.env, ...blank, ...settings, PORT: String(port) },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close').then(([code]): number | null => code);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed += text));

  const end = async (signal: NodeJS.Signals) => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, signal);
    }
    return await ended;
  };
  onTestFinished(async () => {
    await end('SIGKILL');
    await stopLeftovers(`${state}/run.json`);
  });
  return {
    pid: child.pid ?? 0,
    output: () => printed,
    ended,
    end,
    async ready() {
      const died = ended.then(() => Promise.reject(new Error(`the starter ended:\n${printed}`)));
      const { promise, resolve } = Promise.withResolvers<void>();
      child.stdout.on('data', () => printed.includes('Stop          Ctrl-C') && resolve());
      await Promise.race([promise, died]);
    },
  };
}
