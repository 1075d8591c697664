import { leaseOf } from './lease.ts';
import type { CallName } from './leases.ts';

/** Calls of which nobody knows whether they were admitted: Redis did not answer. */
export interface Unanswered {
  note(call: CallName): void;
  forget(call: CallName): void;
  /** As many as may be asked about at once. */
  some(): CallName[];
}

/** Calls that are kept in mind. Of more than these some are expired as lost, should they have been admitted. */
const mostKept = 10_000;

const askedAtOnce = 100;

export function createUnanswered(): Unanswered {
  const calls = new Map<string, CallName>();
  return {
    note({ userId, callId }) {
      if (calls.size < mostKept) calls.set(leaseOf(userId, callId), { userId, callId });
    },
    forget: ({ userId, callId }) => void calls.delete(leaseOf(userId, callId)),
    some: () => [...calls.values().take(askedAtOnce)],
  };
}
