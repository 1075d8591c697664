import { AppError } from '@valuecanvas/contracts-core';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { addressKey } from './address-key.ts';

/** Addresses that are remembered; of more, those seen last. */
const maxAddresses = 10_000;

/**
 * Addresses that have used up their limit. What they show is still believed where it is known, but nobody looks it up any
 * more: made-up keys and cookies would cost a query each.
 */
export interface UsedUpAddresses {
  /** `until` in milliseconds since the epoch. */
  add(address: string | undefined, until: number): void;
  /** Throws RATE_LIMITED where the request comes from such an address. */
  check(request: Pick<FastifyRequest, 'ip'>): void;
}

export function createUsedUpAddresses(now: () => number): UsedUpAddresses {
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
