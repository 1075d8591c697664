import { createRedis, type Redis } from '@valuecanvas/redis';
import { type Check, Finding } from '../check.ts';
import { type Configuration, servicesByValue, textOf } from '../configurations.ts';
import { isInsideCompose } from '../service-environment.ts';

/** Checks of each Redis that a service uses. Only the cache may forget. */
export function redisChecks(configurations: readonly Configuration[]): Check[] {
  return [
    ...servicesByValue(configurations, 'REDIS_URL').map(({ value, configurations: [first] }) =>
      redisCheck(value, first && textOf(first, 'REDIS_PASSWORD'), { mayForget: false }),
    ),
    ...servicesByValue(configurations, 'REDIS_CACHE_URL').map(({ value, configurations: [first] }) =>
      redisCheck(value, first && textOf(first, 'REDIS_PASSWORD'), { mayForget: true }),
    ),
  ];
}

function redisCheck(
  url: string,
  password: string | undefined,
  { mayForget }: { readonly mayForget: boolean },
): Check {
  return {
    what: mayForget ? 'Redis of the cache' : 'Redis',
    todo: 'Check host, port, TLS (rediss://), firewall and password of the URL.',
    async run(signal) {
      if (isInsideCompose(url))
        throw new Finding(
          'skipped',
          'A server of docker-compose.yml.',
          'docker compose up --wait checks it.',
        );
      return withRedis({ url, password, signal }, async (redis) =>
        describeServer(await redis.info(), { host: new URL(url).hostname, mayForget }),
      );
    },
  };
}

async function withRedis<T>(
  { url, password, signal }: { url: string; password: string | undefined; signal: AbortSignal },
  work: (redis: Redis) => Promise<T>,
): Promise<T> {
  let failure: Error | undefined;
  const redis = createRedis({ url, password, name: 'verify-env', onError: (error) => (failure = error) });
  signal.addEventListener('abort', () => redis.disconnect());
  try {
    return await work(redis);
  } catch (error) {
    // The command's own error only says that there is no connection.
    throw failure ?? error;
  } finally {
    redis.disconnect();
  }
}

/**
 * Describes a Redis by its answer to INFO. Throws Finding if it is too old, or if it drops or loses what it must keep. AWS's
 * services report no append-only file: MemoryDB is durable without one, ElastiCache keeps only its snapshots.
 */
export function describeServer(
  info: string,
  { host, mayForget }: { readonly host: string; readonly mayForget: boolean },
): string {
  const facts = new Map(
    info.split('\r\n').map((line) => line.split(':') as [name: string, value: string | undefined]),
  );
  const version = facts.get('redis_version') ?? '0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 6 || (major === 6 && minor < 2))
    throw new Finding('failed', `Redis ${version} is too old.`, 'Use Redis 6.2 or later.');
  const policy = facts.get('maxmemory_policy');
  if (!mayForget && policy !== 'noeviction')
    throw new Finding(
      'failed',
      `maxmemory-policy is ${policy}: a full Redis drops jobs, budgets and the journal.`,
      'Set maxmemory-policy noeviction. A separate Redis at REDIS_CACHE_URL may evict.',
    );
  if (facts.get('aof_enabled') === '1') return `Redis ${version}, ${policy}, append-only file`;
  if (!mayForget && !/\.memorydb\.[\w-]+\.amazonaws\.com$/.test(host))
    throw host.endsWith('.cache.amazonaws.com')
      ? new Finding(
          'warning',
          'ElastiCache has no append-only file: the loss of all nodes loses what came after the last snapshot.',
          'Accept that, or use MemoryDB, which is durable.',
        )
      : new Finding(
          'failed',
          'appendonly is off: a restart loses the journal and queued work.',
          'Set appendonly yes, and auto-aof-rewrite-min-size 512mb.',
        );
  return `Redis ${version}, ${policy}`;
}
