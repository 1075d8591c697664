import rateLimit from '@fastify/rate-limit';
import { AppError, type Principal } from '@valuecanvas/contracts-core';
import type { Keys, Redis } from '@valuecanvas/redis';
import type { Authenticator, Logger } from '@valuecanvas/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createFailOpen } from './fail-open.ts';
import { type Allowed, type Limit, limitOf } from './limit-of.ts';
import { noteViolation, type ViolationJournal } from './note-violation.ts';
import { type Count, createOwnCounts } from './own-counts.ts';
import type { UsedUpAddresses } from './used-up-addresses.ts';
import { isForWatchers } from './watchers.ts';

const windowMs = 60_000;

export interface RequestLimits extends Allowed {
  /** Where a user can get more; named in refusals. */
  readonly upgradeUrl: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before the request is counted. */
    limit: Limit | undefined;
  }
}

/**
 * Counts every request, known or not, by user or else by address: one round trip to Redis. Refusals are RATE_LIMITED,
 * and noted in the journal, and an address that has used up its limit in `usedUp`.
 *
 * Without Redis everybody passes, as an outage of a counter must not be one of the platform; but nobody may guess
 * passwords: credentials are counted by each process for itself, at all times, and that count holds meanwhile.
 */
export async function limitRequests(
  app: FastifyInstance,
  options: {
    readonly limits: RequestLimits;
    readonly redis: Redis;
    readonly keys: Keys;
    readonly violations: ViolationJournal;
    readonly usedUp: Pick<UsedUpAddresses, 'add'>;
    readonly authenticate: Authenticator;
    readonly log: Logger;
    readonly now: () => number;
  },
): Promise<void> {
  const { limits, redis, violations, usedUp, now } = options;
  app.decorateRequest('limit', undefined);
  await app.register(rateLimit, {
    global: false,
    redis,
    nameSpace: options.keys('requests', ''),
    timeWindow: windowMs,
    keyGenerator: ({ limit }) => limit?.key ?? '',
    max: ({ limit }) => limit?.max ?? 0,
  });
  const count = app.createRateLimit();
  const failOpen = createFailOpen(redis, options.log);
  const countHere = createOwnCounts({ windowMs, now });

  app.addHook('onRequest', async (request, reply) => {
    if (isForWatchers(request.routeConfig.operation)) return;
    // Not while Redis is waited for: a slow authentication would pass for a Redis that is away.
    const found = principalOf(options.authenticate, request);
    const principal = found instanceof Promise ? await found : found;
    const limit = limitOf(request, limits, principal);
    request.limit = limit;
    const own = limit.rule === 'credentials_per_minute' ? countHere(limit.key, limit.max) : undefined;
    const counted = (await failOpen(() => count(request))) ?? own;
    if (!counted || !('max' in counted)) return;
    tellLimit(reply, counted);
    if (!counted.isExceeded) return;
    if (limit.rule === 'requests_per_minute') usedUp.add(limit.address, now() + counted.ttlInSeconds * 1_000);
    noteViolation(violations, request, { limit, counted, windowMs, now: now() });
    throw refusal(principal, counted, limits.upgradeUrl);
  });
}

/** As drafts up to 06 of draft-ietf-httpapi-ratelimit-headers name them; the reset is in seconds from now. */
function tellLimit(reply: FastifyReply, { max, remaining, ttlInSeconds }: Count): void {
  reply.header('ratelimit-limit', max);
  reply.header('ratelimit-remaining', remaining);
  reply.header('ratelimit-reset', ttlInSeconds);
}

function refusal(principal: Principal | undefined, { max, ttlInSeconds }: Count, upgradeUrl: string) {
  const tier = principal?.kind === 'user' ? principal.tier : 'anonymous';
  return new AppError('RATE_LIMITED', {
    retryAfterSeconds: Math.max(1, ttlInSeconds),
    extra: { tier, limit: max, windowMs, upgradeUrl },
  });
}

/** Whoever shows a bad token counts by address, and is refused for the token afterwards. */
function principalOf(
  authenticate: Authenticator,
  request: FastifyRequest,
): Promise<Principal | undefined> | Principal | undefined {
  try {
    const found = authenticate(request);
    return found instanceof Promise ? found.catch(() => undefined) : found;
  } catch {
    return undefined;
  }
}
