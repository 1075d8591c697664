import { isIP, isIPv6 } from 'node:net';
import rateLimit from '@fastify/rate-limit';
import { AppError } from '@valuecanvas/contracts-core';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';

/** IPv6 addresses count by their /64 network, because one household or server owns a whole network. */
const ipv6Network = 64;

/** Addresses with a port, as some proxies write them: `203.0.113.9:4711` and `[2001:db8::1]:4711`. */
const withPort = /^(?:\[(?<six>[^\]]+)\]|(?<four>[\d.]+))(?::\d{1,5})?$/;

/**
 * Normalizes an address for rate limits and for PostgreSQL: `203.0.113.9`, `2001:db8:1:1::/64`. Returns undefined if a
 * trusted proxy sent something other than an address.
 */
export function addressKey(given: string): string | undefined {
  const { six, four } = withPort.exec(given)?.groups ?? {};
  const address = six ?? four ?? given;
  if (isIP(address) === 0) return undefined;
  const key = rateLimit.normalizeIP(address, ipv6Network);
  return isIPv6(key) ? `${key}/${ipv6Network}` : key;
}

/** Largest number of addresses. The least recently used address is evicted. */
const maxAddresses = 10_000;

/**
 * Addresses that have exceeded their rate limit. Their cached credentials still work, but unknown ones are not looked up:
 * every made-up key or cookie would cost a database query.
 */
export interface RateLimitedAddresses {
  /** `until` in milliseconds since the epoch. */
  add(address: string | undefined, until: number): void;
  /** Throws RATE_LIMITED if the request comes from such an address. */
  check(request: Pick<FastifyRequest, 'ip'>): void;
}

export function createRateLimitedAddresses(now: () => number): RateLimitedAddresses {
  const ends = new LRUCache<string, number>({ max: maxAddresses });
  return {
    add(address, until) {
      if (address !== undefined) ends.set(address, until);
    },
    check({ ip }) {
      const address = addressKey(ip);
      if (address !== undefined && (ends.get(address) ?? 0) > now()) throw new AppError('RATE_LIMITED');
    },
  };
}
