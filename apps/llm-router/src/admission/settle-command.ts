import type { ScriptArgument } from '@valuecanvas/redis';
import type { CacheBounds } from './answer-cache.ts';
import { answerArguments, answerKeptMs } from './idempotency.ts';
import { leaseMs } from './lease.ts';
import type { Settlement } from './settlement.ts';

/** Cache mode of the script: off; store; or report that the answer is in a separate cache, or not stored. */
export type SettleCacheMode = 'none' | 'here' | 'elsewhere' | 'unfit';

/** Arguments of settle.lua, after those shared by all call scripts. */
export function settleArguments(
  settlement: Settlement,
  how: { readonly now: number; readonly cacheMode: SettleCacheMode; readonly bounds: CacheBounds },
): ScriptArgument[] {
  const { callId, userId, row, costNanos, tokens, keepRequest, cache, next } = settlement;
  const args: ScriptArgument[] = [
    ...[callId, userId, row ?? '', costNanos.toString(), tokens, keepRequest ? 1 : 0],
    ...[new Date(how.now).toISOString(), how.now + leaseMs, how.cacheMode],
    ...answerArguments(settlement.answer),
    answerKeptMs,
    ...(next ? [next.callId, next.reservedNanos.toString(), next.lostRow] : ['', '0', '']),
  ];
  if (how.cacheMode === 'here' && typeof cache === 'object') {
    const { maxBytes, maxEntryBytes } = how.bounds;
    args.push(cache.key, cache.value, cache.model, cache.ttlMs, maxBytes, maxEntryBytes);
  }
  return args;
}
