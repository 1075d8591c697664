import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Usage, usageOf } from '@valuecanvas/bench/usage';
import { freePort } from '@valuecanvas/local-servers';
import type { Credentials } from './accounts.ts';

const root = join(import.meta.dirname, '../../..');

/** The latencies of a usual model, each as frequent as the others. */
const latencies = [1_000, 1_500, 2_000, 2_500, 3_000];

const state = join(root, '.cache/load/state');

/** A platform on this machine, with an admin. */
export interface OwnPlatform {
  readonly url: string;
  readonly admin: Credentials;
  /** Returns the resources that each process has used so far. */
  readonly usage: () => Promise<PlatformUsage>;
}

/** Resources by process: the services, PostgreSQL and Redis. */
export type PlatformUsage = ReadonlyMap<string, Usage>;

/** Starts the platform with empty data as `npm start` does, and a provider that answers after 1 to 3 s. */
export async function startOwnPlatform(cleanup: AsyncDisposableStack): Promise<OwnPlatform> {
  const provider = await startProvider(cleanup);
  const port = await freePort();
  const child = start(cleanup, ['tools/dev-stack/start.mjs', '--fresh', '--state', state], {
    PORT: String(port),
    // Real servers and providers of the shell or of .env must not be loaded.
    MIGRATION_DATABASE_URL: '',
    REDIS_URL: '',
    OPENAI_API_KEY: '',
    OPENAI_BASE_URL: '',
    LLM_PROVIDERS: '',
    TOGETHER_API_KEY: 'load',
    TOGETHER_BASE_URL: provider,
    // All users sign up from one address. All other limits are the defaults.
    AUTH_RATE_LIMIT_PER_MINUTE: '100000',
  });
  await untilPrinted(child, 'ValueCanvas is ready at');
  return {
    url: `http://127.0.0.1:${port}`,
    admin: { email: 'admin@valuecanvas.local', password: 'admin-password' },
    usage: readUsage,
  };
}

async function readUsage(): Promise<PlatformUsage> {
  const { processes } = JSON.parse(await readFile(join(state, 'run.json'), 'utf8')) as {
    processes: Record<string, { pid: number }>;
  };
  const services = Object.entries(processes).map(([name, { pid }]) => [name, pid] as const);
  const servers = [
    ['PostgreSQL', await readPid(join(state, 'postgres/data/postmaster.pid'))],
    ['Redis', await readPid(join(state, 'redis/redis.pid'))],
  ] as const;
  const pids = [...services, ...servers].filter(
    (each): each is readonly [string, number] => each[1] !== undefined,
  );
  return new Map(pids.map(([name, pid]) => [name, usageOf(pid)]));
}

/** PostgreSQL keeps its data elsewhere if it cannot read this folder: then it is not measured. */
async function readPid(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return Number.parseInt(text, 10) || undefined;
}

async function startProvider(cleanup: AsyncDisposableStack): Promise<string> {
  const child = start(cleanup, ['tools/llm-simulator/src/main.ts', '--port', '0'], {});
  const { url } = JSON.parse(await untilPrinted(child, '"ready":true')) as { url: string };
  // Each rule gets an equal share of the calls that the rules before it have left.
  const rules = latencies.map((latencyMs, index) => ({
    latencyMs,
    probability: 1 / (latencies.length - index),
  }));
  const answer = await fetch(new URL('/__simulator/behaviour', url), {
    method: 'PUT',
    body: JSON.stringify({ rules }),
  });
  if (!answer.ok) throw new Error(`The simulator refused its latency: ${await answer.text()}`);
  return url;
}

/** Starts a script of this project in its own process group, so that Ctrl-C does not reach it twice. */
function start(
  cleanup: AsyncDisposableStack,
  args: readonly string[],
  variables: Record<string, string>,
): ChildProcess {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...variables },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  cleanup.defer(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  return child;
}

/** Returns the first line that contains the text. Throws with everything printed so far if the process ends before. */
async function untilPrinted(child: ChildProcess, text: string): Promise<string> {
  const printed: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface(stream).on('line', (line) => {
      if (line.includes(text)) resolve(line);
      if (printed.length < 100) printed.push(line);
    });
  }
  child.once('close', () =>
    reject(new Error(`A part of the platform did not start:\n${printed.join('\n')}`)),
  );
  return promise;
}
