import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createStarter } from '@valuecanvas/bench/child';
import { ownScript } from '@valuecanvas/bench/own-script';
import { type Usage, usageOf } from '@valuecanvas/bench/usage';
import { startPlatform } from '@valuecanvas/local-servers';
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
  const environment = {
    TOGETHER_API_KEY: 'load',
    TOGETHER_BASE_URL: `${provider}/v1`,
    // All users sign up from one address. All other limits are the defaults.
    AUTH_RATE_LIMIT_PER_MINUTE: '100000',
  };
  const { url } = cleanup.use(await startPlatform({ root, state, flags: ['--fresh'], environment }));
  return { url, admin: { email: 'admin@valuecanvas.local', password: 'admin-password' }, usage: readUsage };
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

/** Starts the provider as a process of its own, whose CPU time counts for no service. Returns its origin. */
async function startProvider(cleanup: AsyncDisposableStack): Promise<string> {
  const logs = join(root, '.cache/load/logs');
  await mkdir(logs, { recursive: true });
  const start = createStarter(logs, cleanup);
  const { url } = await start({ name: 'provider', args: ownScript('servers/provider') });
  // Each rule gets an equal share of the calls that the rules before it have left.
  const rules = latencies.map((latencyMs, index) => ({
    latencyMs,
    probability: 1 / (latencies.length - index),
  }));
  const answer = await fetch(`${url}/__simulator/behaviour`, {
    method: 'PUT',
    body: JSON.stringify({ rules }),
  });
  if (!answer.ok) throw new Error(`The simulator refused its latency: ${await answer.text()}`);
  return url;
}
