import { AppError } from '@valuecanvas/contracts-core';

/** The amount that this process may spend while Redis, which keeps the budgets, is unavailable. */
export interface Allowance {
  /** Reserves a call's maximum cost. Throws DEPENDENCY_UNAVAILABLE if less is left. */
  take(nanos: bigint): void;
  /** Releases what was reserved and not spent. */
  giveBack(nanos: bigint): void;
  /** Restores the whole allowance for the next outage. */
  renew(): void;
}

export function createAllowance(limitNanos: bigint): Allowance {
  let taken = 0n;
  return {
    take(nanos) {
      if (taken + nanos > limitNanos)
        throw new AppError('DEPENDENCY_UNAVAILABLE', {
          internal: 'the offline allowance is used up',
          retryAfterSeconds: 2,
        });
      taken += nanos;
    },
    giveBack(nanos) {
      taken = taken > nanos ? taken - nanos : 0n;
    },
    renew() {
      taken = 0n;
    },
  };
}
