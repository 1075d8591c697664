import { AppError } from '@valuecanvas/contracts-core';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { addressKey } from './address-key.ts';

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
