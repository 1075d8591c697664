import { leaseOf } from './lease.ts';
import type { CallName } from './leases.ts';

/** Calls whose admission is unknown, because Redis did not answer. */
export interface Unanswered {
  note(call: CallName): void;
  forget(call: CallName): void;
  /** Returns at most as many as one script may check. */
  some(): CallName[];
}

/** Maximum number of remembered calls. Beyond it, calls that were admitted are settled as lost. */
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
