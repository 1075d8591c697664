import type { PromptExecution } from '@valuecanvas/contracts-prompt-registry';
import { toNanos } from '@valuecanvas/money';

/** Returns the cost in nano-dollars. Supports facts of the previous release that are still in the journal and have dollars only. */
export function costOf({ costNanos, cost = 0 }: PromptExecution): bigint {
  return costNanos === undefined ? toNanos(cost) : BigInt(costNanos);
}
