import { createKeys } from '@valuecanvas/redis';
import type { TestRedis } from '@valuecanvas/testing';
import { createAdmissionControl } from '../../src/admission/admission.ts';
import { createAnswerCache } from '../../src/admission/answer-cache.ts';

/** Expires the leases of a dead router's calls and settles them as lost. Returns their number. */
export async function settleTheDead(redis: TestRedis['client'], prefix: string): Promise<number> {
  const keys = createKeys(prefix);
  const leases = await redis.zrange(keys('leases'), '0', '-1');
  for (const lease of leases) await redis.zadd(keys('leases'), '0', lease);
  const [bounds, now] = [{ maxBytes: 0, maxEntryBytes: 0 }, Date.now];
  const cache = createAnswerCache({ redis, keys, now, bounds, inline: true });
  const onError = (error: unknown): never => {
    throw error;
  };
  const spent = async () => 0n;
  return createAdmissionControl({
    redis,
    keys,
    now,
    cache,
    maxFacts: 1_000_000,
    spent,
    onError,
  }).expireLeases();
}
