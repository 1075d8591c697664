import type { LlmUsage } from '@valuecanvas/contracts-llm-router';

/** Totals of calls. */
export interface Sums {
  readonly calls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
  readonly reasoningTokens: number;
  readonly nanos: bigint;
}

/** Location of a booking: the ledger, the journal, or the dead-letter stream. */
export type BookingLocation = 'ledger' | 'waiting' | 'dead';

/** Totals of one day, provider and location, with estimated costs separate. */
export interface TotalsLine extends Sums {
  readonly location: BookingLocation;
  readonly day: string;
  readonly provider: string;
  readonly estimated: boolean;
}

/** Calls of one request to one provider. */
export interface RequestCalls {
  readonly provider: string;
  readonly requestId: string;
  readonly userId: string;
  readonly day: string;
  readonly calls: number;
}

/** Totals from ledger and journal. */
export interface LedgerTotals {
  /** Of the requested period. */
  readonly lines: readonly TotalsLine[];
  /** Expected values of the Redis counters by name, for all months that the period touches. */
  readonly spent: ReadonlyMap<string, { readonly calls: number; readonly nanos: bigint }>;
  /** Dead-letter rows of the period that are missing from the ledger. */
  readonly dead: readonly LlmUsage[];
  /** Number of journal entries that are not valid rows. */
  readonly unreadable: number;
  /** Calls of the period by request; undefined if there are too many to list. */
  readonly requests: readonly RequestCalls[] | undefined;
}

/** A spent counter before and after the totals were read. */
export interface CounterReading {
  readonly name: string;
  readonly before: bigint;
  readonly after: bigint;
}

/** A provider's own counts. */
export interface ProviderCounts extends Omit<Sums, 'nanos'> {
  /** Undefined for all providers together. */
  readonly provider: string | undefined;
  /** Calls in flight. */
  readonly open: number;
  /** Calls that may or may not be booked: refused requests, and calls that ended before the request was read. */
  readonly uncounted: number;
  /** Request ids of its calls; undefined if some are unknown. */
  readonly requestIds: readonly string[] | undefined;
}

export const noSums: Sums = {
  calls: 0,
  promptTokens: 0,
  completionTokens: 0,
  cachedTokens: 0,
  reasoningTokens: 0,
  nanos: 0n,
};

export function addSums(one: Sums, other: Sums): Sums {
  return {
    calls: one.calls + other.calls,
    promptTokens: one.promptTokens + other.promptTokens,
    completionTokens: one.completionTokens + other.completionTokens,
    cachedTokens: one.cachedTokens + other.cachedTokens,
    reasoningTokens: one.reasoningTokens + other.reasoningTokens,
    nanos: one.nanos + other.nanos,
  };
}

/** Provider id under which cache hits are booked. */
export const cacheProvider = 'cache';
