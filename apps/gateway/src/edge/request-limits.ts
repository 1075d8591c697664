import rateLimit from '@fastify/rate-limit';
import { AppError, type Principal, type RouteDefinition } from '@valuecanvas/contracts-core';
import { getLiveness, getReadiness, getVersion, issueToken, signUp } from '@valuecanvas/contracts-gateway';
import type { Keys, Redis } from '@valuecanvas/redis';
import type { Authenticator, Logger } from '@valuecanvas/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addressKey } from './address-key.ts';
import { createFailOpen } from './fail-open.ts';

const windowMs = 60_000;

/** Guessing passwords and making accounts is limited by address, and more tightly than the rest. */
const credentialOperations = new Set<RouteDefinition>([signUp, issueToken]);

/** Whoever watches over the platform is never refused. */
const unlimitedOperations = new Set<RouteDefinition>([getVersion, getLiveness, getReadiness]);

export interface RequestLimits {
  readonly perMinute: number;
  readonly credentialsPerMinute: number;
  /** Where a user can get more; named in refusals. */
  readonly upgradeUrl: string;
}

/**
 * Counts every request, known or not, by user or else by address: one round trip to Redis. Refusals are RATE_LIMITED.
 * Without Redis everybody passes, as an outage of a counter must not be one of the platform.
 */
export async function limitRequests(
  app: FastifyInstance,
  options: {
    readonly limits: RequestLimits;
    readonly redis: Redis;
    readonly keys: Keys;
    readonly authenticate: Authenticator;
    readonly log: Logger;
  },
): Promise<void> {
  const { limits, redis } = options;
  await app.register(rateLimit, {
    global: false,
    redis,
    nameSpace: options.keys('requests', ''),
    timeWindow: windowMs,
    keyGenerator: async (request) => keyOf(request, await principalOf(options.authenticate, request)),
    max: (request) => (isCredential(request) ? limits.credentialsPerMinute : limits.perMinute),
  });
  const count = app.createRateLimit();
  const failOpen = createFailOpen(redis, options.log);

  app.addHook('onRequest', async (request, reply) => {
    if (isOneOf(unlimitedOperations, request)) return;
    const counted = await failOpen(() => count(request));
    if (!counted || counted.isAllowed) return;
    tellLimit(reply, counted);
    if (!counted.isExceeded) return;
    const principal = await principalOf(options.authenticate, request);
    throw refusal(principal, counted, limits.upgradeUrl);
  });
}

interface Count {
  readonly max: number;
  readonly remaining: number;
  readonly ttlInSeconds: number;
}

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
async function principalOf(
  authenticate: Authenticator,
  request: FastifyRequest,
): Promise<Principal | undefined> {
  try {
    return await authenticate(request);
  } catch {
    return undefined;
  }
}

function keyOf(request: FastifyRequest, principal: Principal | undefined): string {
  if (isCredential(request)) return `credentials:${addressKey(request.ip)}`;
  return principal?.kind === 'user' ? `user:${principal.userId}` : `address:${addressKey(request.ip)}`;
}

function isCredential(request: FastifyRequest): boolean {
  return isOneOf(credentialOperations, request);
}

function isOneOf(operations: ReadonlySet<RouteDefinition>, request: FastifyRequest): boolean {
  const { operation } = request.routeOptions.config;
  return operation !== undefined && operations.has(operation);
}
