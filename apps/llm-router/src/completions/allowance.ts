import { AppError } from '@valuecanvas/contracts-core';

/** What this process may spend on its own while the budgets cannot be asked. */
export interface Allowance {
  /** Takes the most that a call can cost; throws DEPENDENCY_UNAVAILABLE where not so much is left. */
  take(nanos: bigint): void;
  /** Gives back what was taken and not spent. */
  giveBack(nanos: bigint): void;
  /** The budgets can be asked again: the next outage begins with the whole allowance. */
  renew(): void;
}

export function createAllowance(limitNanos: bigint): Allowance {
  let taken = 0n;
  return {
    take(nanos) {
      if (taken + nanos > limitNanos)
        throw new AppError('DEPENDENCY_UNAVAILABLE', {
          internal: 'the allowance for calls without Redis is used up',
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
