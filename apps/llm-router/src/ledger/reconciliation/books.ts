import type { LlmUsage } from '@valuecanvas/contracts-llm-router';

/** Calls added up. */
export interface Sums {
  readonly calls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
  readonly reasoningTokens: number;
  readonly nanos: bigint;
}

/** Where a call is booked: in the ledger, in the journal on its way there, or in the journal for ever. */
export type Place = 'ledger' | 'waiting' | 'dead';

/** The calls of a day to one provider in one place, those with estimated costs apart. */
export interface BookLine extends Sums {
  readonly place: Place;
  readonly day: string;
  readonly provider: string;
  readonly estimated: boolean;
}

/** Calls to one provider on behalf of one request. */
export interface RequestCalls {
  readonly provider: string;
  readonly requestId: string;
  readonly userId: string;
  readonly day: string;
  readonly calls: number;
}

/** What ledger and journal say. */
export interface Books {
  /** Of the period that was asked for. */
  readonly lines: readonly BookLine[];
  /** What the counters in Redis should say, by their names; for all months that the period touches. */
  readonly spent: ReadonlyMap<string, { readonly calls: number; readonly nanos: bigint }>;
  /** Rows of the period in the dead stream that the ledger does not have. */
  readonly dead: readonly LlmUsage[];
  /** Entries of the journal that are no rows at all. */
  readonly unreadable: number;
  /** Calls of the period by request; undefined where there are too many to name. */
  readonly requests: readonly RequestCalls[] | undefined;
}

/** A counter of what was spent in a period, as it stood before and after the books were read. */
export interface CounterReading {
  readonly name: string;
  readonly before: bigint;
  readonly after: bigint;
}

/** What a provider has counted by itself. */
export interface ProviderCounts extends Omit<Sums, 'nanos'> {
  /** Undefined: stands for all providers. */
  readonly provider: string | undefined;
  /** Calls that are not over. */
  readonly open: number;
  /** Calls that may be booked or not: refused as the caller's mistake, or ended before a request was read. */
  readonly uncounted: number;
  /** The request ids of its calls; undefined where it does not know all of them. */
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

/** As whom the cache is booked: it is nobody's provider. */
export const cacheProvider = 'cache';
