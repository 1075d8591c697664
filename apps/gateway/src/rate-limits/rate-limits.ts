import rateLimit from '@fastify/rate-limit';
import {
  AppError,
  anonymous,
  type Principal,
  type RouteDefinition,
  type Tier,
} from '@valuecanvas/contracts-core';
import { deleteAccount, updateAuthUser } from '@valuecanvas/contracts-gateway';
import { rateLimitViolation } from '@valuecanvas/contracts-llm-router';
import { type BestEffortJournal, createBestEffortJournal } from '@valuecanvas/journal';
import type { OpenRedis, Redis } from '@valuecanvas/redis';
import { createFailOpenCall, type FailOpenCall } from '@valuecanvas/resilience';
import { type Authenticator, type Logger, operationName } from '@valuecanvas/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import type { GatewayKit } from '../config.ts';
import { isHealthRoute } from '../edge/health-routes.ts';
import { addressKey, createRateLimitedAddresses, type RateLimitedAddresses } from './addresses.ts';
import { type Count, createLocalCounts } from './local-counts.ts';

const windowMs = 60_000;

/** Headers that describe the gateway's own limit. */
export const rateLimitHeaders = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'] as const;

/** A request that waits longer for Redis passes uncounted. */
const redisTimeoutMs = 250;

/** Names of the rate limits, as recorded with violations. */
type Rule = 'requests_per_minute' | 'credentials_per_minute';

/** The rate limit that applies to a request, and the user or address that it counts. */
interface Limit {
  readonly rule: Rule;
  readonly max: number;
  /** Key of the counter, unique across rules. */
  readonly key: string;
  /** Present if the limit counts a user. */
  readonly userId?: string;
  readonly tier?: Tier;
  /** Present if the limit counts an address. */
  readonly address?: string | undefined;
}

/** Largest number of requests per window for each limit. */
interface Allowed {
  readonly perUser: number;
  readonly perAddress: number;
  readonly credentialsPerMinute: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The limit that applies, set before the request is counted. */
    limit: Limit | undefined;
  }
  interface FastifyContextConfig {
    /** True if requests to a forwarded path may submit credentials. The gateway's own operations derive it. */
    acceptsCredentials?: boolean;
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
    perUser: config.RATE_LIMIT_PER_MINUTE,
    perAddress: config.ANONYMOUS_RATE_LIMIT_PER_MINUTE,
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

/**
 * Selects the rate limit of a request. Users count by user id, regardless of address. Anonymous requests count by
 * address. Requests that submit credentials or create accounts always count by address, with a lower limit.
 */
function limitOf(
  request: FastifyRequest,
  { perUser, perAddress, credentialsPerMinute }: Allowed,
  principal: Principal = anonymous,
): Limit {
  const { operation, acceptsCredentials = isCredentialOperation(operation) } = request.routeConfig;
  if (acceptsCredentials) {
    return {
      rule: 'credentials_per_minute',
      max: credentialsPerMinute,
      ...byAddress('credentials', request),
    };
  }
  if (principal.kind === 'user') {
    const { userId, tier } = principal;
    return { rule: 'requests_per_minute', max: perUser, key: `user:${userId}`, userId, tier };
  }
  return { rule: 'requests_per_minute', max: perAddress, ...byAddress('address', request) };
}

/** Requests whose address the proxy does not know share one counter. */
function byAddress(kind: string, { ip }: FastifyRequest): Pick<Limit, 'key' | 'address'> {
  const address = addressKey(ip);
  return { key: `${kind}:${address ?? 'unknown'}`, address };
}

/**
 * Public POST operations of the gateway submit credentials or create accounts. Changing a password counts as well: the
 * new password is compared with the old one, which costs as much as a login and can be used to guess. So does deleting
 * the account, which asks for the password.
 */
function isCredentialOperation(operation: RouteDefinition | undefined): boolean {
  if (operation === updateAuthUser || operation === deleteAccount) return true;
  return operation?.method === 'POST' && operation.auth.kind === 'anyone';
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
