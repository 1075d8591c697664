import rateLimit from '@fastify/rate-limit';
import { AppError, type Principal } from '@valuecanvas/contracts-core';
import type { Keys, Redis } from '@valuecanvas/redis';
import type { Authenticator, Logger } from '@valuecanvas/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createFailOpen } from './fail-open.ts';
import { isHealthRoute } from './health-routes.ts';
import { type Allowed, type Limit, limitOf } from './limit-of.ts';
import { type Count, createLocalCounts } from './local-counts.ts';
import type { RateLimitedAddresses } from './rate-limited-addresses.ts';
import { recordViolation, type ViolationJournal } from './record-violation.ts';

const windowMs = 60_000;

export interface RequestLimits extends Allowed {
  /** Page at which users can get higher limits. Refusals name it. */
  readonly upgradeUrl: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The limit that applies, set before the request is counted. */
    limit: Limit | undefined;
  }
}

/**
 * Limits requests per user, or per address for anonymous requests, at one round trip to Redis each. Refused requests get
 * RATE_LIMITED and are recorded in the journal. Addresses over their limit are added to `limitedAddresses`.
 *
 * Without Redis, requests pass uncounted: an outage of the counter must not become an outage of the platform. Password
 * guessing stays limited, because each process also counts requests with credentials locally.
 */
export async function limitRequests(
  app: FastifyInstance,
  options: {
    readonly limits: RequestLimits;
    readonly redis: Redis;
    readonly keys: Keys;
    readonly violations: ViolationJournal;
    readonly limitedAddresses: Pick<RateLimitedAddresses, 'add'>;
    readonly authenticate: Authenticator;
    readonly log: Logger;
    readonly now: () => number;
  },
): Promise<void> {
  const { limits, redis, violations, limitedAddresses, now } = options;
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
  const countLocally = createLocalCounts({ windowMs, now });

  app.addHook('onRequest', async (request, reply) => {
    if (isHealthRoute(request.routeConfig.operation)) return;
    // Not within the Redis timeout: slow authentication would count as an outage of Redis.
    const found = principalOf(options.authenticate, request);
    const principal = found instanceof Promise ? await found : found;
    const limit = limitOf(request, limits, principal);
    request.limit = limit;
    const own = limit.rule === 'credentials_per_minute' ? countLocally(limit.key, limit.max) : undefined;
    const counted = (await failOpen(() => count(request))) ?? own;
    if (!counted || !('max' in counted)) return;
    setRateLimitHeaders(reply, counted);
    if (!counted.isExceeded) return;
    if (limit.rule === 'requests_per_minute')
      limitedAddresses.add(limit.address, now() + counted.ttlInSeconds * 1_000);
    recordViolation(violations, request, { limit, counted, windowMs, now: now() });
    throw refusal(principal, counted, limits.upgradeUrl);
  });
}

/** Header names up to draft 06 of draft-ietf-httpapi-ratelimit-headers. The reset is in seconds from now. */
function setRateLimitHeaders(reply: FastifyReply, { max, remaining, ttlInSeconds }: Count): void {
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

/** A request with an invalid credential counts by address. Authentication refuses it afterwards. */
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
