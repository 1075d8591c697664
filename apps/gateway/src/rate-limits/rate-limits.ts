import rateLimit from '@fastify/rate-limit';
import { AppError, type Principal } from '@valuecanvas/contracts-core';
import { rateLimitViolation } from '@valuecanvas/contracts-llm-router';
import { type BestEffortJournal, createBestEffortJournal } from '@valuecanvas/journal';
import type { OpenRedis, Redis } from '@valuecanvas/redis';
import { createFailOpenCall, type FailOpenCall } from '@valuecanvas/resilience';
import { type Authenticator, type Logger, operationName } from '@valuecanvas/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import type { GatewayKit } from '../config.ts';
import { isHealthRoute } from '../edge/health-routes.ts';
import { createRateLimitedAddresses, type RateLimitedAddresses } from './addresses.ts';
import { type Limit, limitOf } from './limit-of.ts';
import { type Count, createLocalCounts } from './local-counts.ts';

const windowMs = 60_000;

/** A request that waits longer for Redis passes uncounted. */
const redisTimeoutMs = 250;

declare module 'fastify' {
  interface FastifyRequest {
    /** The limit that applies, set before the request is counted. */
    limit: Limit | undefined;
  }
}

export interface RateLimits {
  /** Addresses that have exceeded their limit. */
  readonly limitedAddresses: RateLimitedAddresses;
  /** Adds the hook that counts and refuses requests. */
  install(app: FastifyInstance, authenticate: Authenticator): Promise<void>;
}

/**
 * Limits requests per user, or per address for anonymous requests, at one round trip to Redis each. Refused requests get
 * RATE_LIMITED and are recorded in the journal.
 *
 * Without Redis, requests pass uncounted: an outage of the counter must not become an outage of the platform. Password
 * guessing stays limited, because each process also counts requests with credentials locally.
 */
export function composeRateLimits({ config, log, now }: GatewayKit, { redis, keys }: OpenRedis): RateLimits {
  const allowed = {
    perMinute: config.RATE_LIMIT_PER_MINUTE,
    credentialsPerMinute: config.AUTH_RATE_LIMIT_PER_MINUTE,
  };
  const limitedAddresses = createRateLimitedAddresses(now);
  const failOpen = createFailOpen(redis, log);
  const countLocally = createLocalCounts({ windowMs, now });
  const violations = createBestEffortJournal(rateLimitViolation, {
    redis,
    keys,
    now,
    onError: (err) => log.warn({ err }, 'rate limit violations: recording failed'),
  });

  return {
    limitedAddresses,
    async install(app, authenticate) {
      app.decorateRequest('limit', undefined);
      await app.register(rateLimit, {
        global: false,
        redis,
        nameSpace: keys('requests', ''),
        timeWindow: windowMs,
        keyGenerator: ({ limit }) => limit?.key ?? '',
        max: ({ limit }) => limit?.max ?? 0,
      });
      const count = app.createRateLimit();

      app.addHook('onRequest', async (request, reply) => {
        if (isHealthRoute(request.routeConfig.operation)) return;
        // Not within the Redis timeout: slow authentication would count as an outage of Redis.
        const found = principalOf(authenticate, request);
        const principal = found instanceof Promise ? await found : found;
        const limit = limitOf(request, allowed, principal);
        request.limit = limit;
        const own = limit.rule === 'credentials_per_minute' ? countLocally(limit.key, limit.max) : undefined;
        const counted = (await failOpen(() => count(request))) ?? own;
        if (!counted || !('max' in counted)) return;
        setRateLimitHeaders(reply, counted);
        if (!counted.isExceeded) return;
        if (limit.rule === 'requests_per_minute')
          limitedAddresses.add(limit.address, now() + counted.ttlInSeconds * 1_000);
        recordViolation(violations, request, { limit, counted, at: now() });
        throw refusal(principal, counted, config.UPGRADE_URL);
      });
    },
  };
}

/** Runs a Redis command. Resolves with undefined if Redis is unavailable or slow. Warns once per cool-down. */
function createFailOpen(redis: Redis, log: Logger): FailOpenCall {
  const call = createFailOpenCall({
    timeoutMs: redisTimeoutMs,
    onFailure: (err) => log.warn({ err }, 'request limits: Redis unavailable, requests pass uncounted'),
  });
  return (command) => (redis.status === 'ready' ? call(command) : Promise.resolve(undefined));
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

/** Header names up to draft 06 of draft-ietf-httpapi-ratelimit-headers. The reset is in seconds from now. */
function setRateLimitHeaders(reply: FastifyReply, { max, remaining, ttlInSeconds }: Count): void {
  reply.header('ratelimit-limit', max);
  reply.header('ratelimit-remaining', remaining);
  reply.header('ratelimit-reset', ttlInSeconds);
}

/** `upgradeUrl` is the page at which users can get higher limits. */
function refusal(
  principal: Principal | undefined,
  { max, ttlInSeconds }: Count,
  upgradeUrl: string,
): AppError {
  const tier = principal?.kind === 'user' ? principal.tier : 'anonymous';
  return new AppError('RATE_LIMITED', {
    retryAfterSeconds: Math.max(1, ttlInSeconds),
    extra: { tier, limit: max, windowMs, upgradeUrl },
  });
}

/**
 * Records a refused request in the background, once per rule, window and user or address. The address is recorded only
 * for anonymous requests, and for IPv6 only its network.
 */
function recordViolation(
  journal: BestEffortJournal<typeof rateLimitViolation>,
  request: FastifyRequest,
  { limit, counted, at }: { readonly limit: Limit; readonly counted: Count; readonly at: number },
): void {
  const { rule, max, key, userId, tier, address } = limit;
  journal.record(`${rule} ${key}`, counted.ttlInSeconds * 1_000, () => ({
    id: uuidv7(),
    ...(userId === undefined ? {} : { userId }),
    ...(address === undefined ? {} : { address }),
    operation: operationName(request.routeConfig),
    rule,
    ...(tier === undefined ? {} : { tier }),
    limitValue: max,
    windowMs,
    at: new Date(at).toISOString(),
  }));
}
