import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { freePort } from '../free-port.ts';

export interface PlatformOptions {
  /** Root of the clone whose `npm start` runs. */
  readonly root: string;
  /** Folder of the platform's data. */
  readonly state: string;
  /** More flags of `npm start`, such as --fresh. */
  readonly flags?: readonly string[];
  /** Variables that override the caller's. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface RunningPlatform extends AsyncDisposable {
  /** Origin of the gateway. */
  readonly url: string;
  /** Stops the platform and resolves when it has ended. Its data stays. */
  stop(): Promise<void>;
}

/** Excludes real servers and providers that the shell or a .env file may name. */
const noRealServers = {
  MIGRATION_DATABASE_URL: '',
  REDIS_URL: '',
  TOGETHER_API_KEY: '',
  OPENAI_API_KEY: '',
  OPENAI_BASE_URL: '',
  LLM_PROVIDERS: '',
};

const interrupts = ['SIGINT', 'SIGTERM'] as const;

/**
 * Starts the whole platform as `npm start` does, on a free port, with its own databases and the simulator. Resolves when it is
 * ready. Rejects with its output if it ends before. If this process is interrupted, it stops the platform and exits.
 */
export async function startPlatform({
  root,
  state,
  flags = [],
  environment,
}: PlatformOptions): Promise<RunningPlatform> {
  const port = await freePort();
  const child = spawn(process.execPath, ['tools/dev-stack/start.mjs', '--state', state, ...flags], {
    cwd: root,
    env: { ...process.env, ...noRealServers, ...environment, PORT: String(port) },
    // Ctrl-C must reach it only once.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  const stop = async () => {
    for (const signal of interrupts) process.off(signal, interrupt);
    child.kill('SIGTERM');
    await ended;
  };
  const interrupt = () => void stop().finally(() => process.exit(130));
  for (const signal of interrupts) process.once(signal, interrupt);
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      if (line.includes('ValueCanvas is ready at')) resolve();
      if (printed.length < 100) printed.push(line);
    });
  }
  child.once('close', () => reject(new Error(`The platform did not start:\n${printed.join('\n')}`)));
  await ready.catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url: `http://localhost:${port}`, stop, [Symbol.asyncDispose]: stop };
}
