import type { rateLimitViolation } from '@valuecanvas/contracts-llm-router';
import type { BestEffortJournal } from '@valuecanvas/journal';
import { operationName } from '@valuecanvas/service-kit';
import type { FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import type { Limit } from './limit-of.ts';
import type { Count } from './local-counts.ts';

export type ViolationJournal = BestEffortJournal<typeof rateLimitViolation>;

/**
 * Records a refused request in the background, once per rule, window and user or address. The address is recorded only
 * for anonymous requests, and for IPv6 only its network.
 */
export function recordViolation(
  journal: ViolationJournal,
  request: FastifyRequest,
  {
    limit,
    counted,
    windowMs,
    now,
  }: {
    readonly limit: Limit;
    readonly counted: Count;
    readonly windowMs: number;
    readonly now: number;
  },
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
    at: new Date(now).toISOString(),
  }));
}
