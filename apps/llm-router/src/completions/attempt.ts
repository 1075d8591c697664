import type { PreparedCandidate } from './prepare.ts';

/** One provider call of a request. */
export interface Attempt {
  /** Id of its row in the ledger. */
  readonly id: string;
  readonly candidate: PreparedCandidate;
  /** On the monotonic clock. */
  readonly startedAt: number;
  /** True if another provider has failed before. */
  readonly asFallback: boolean;
}

export function newAttempt(candidate: PreparedCandidate, id: string, asFallback = false): Attempt {
  return { id, candidate, startedAt: performance.now(), asFallback };
}
