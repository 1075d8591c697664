import type { LlmUsage } from '@valuecanvas/contracts-llm-router';
import { timeOfId } from '@valuecanvas/service-kit';
import {
  addSums,
  type CounterReading,
  cacheProvider,
  type LedgerTotals,
  noSums,
  type ProviderCounts,
  type Sums,
  type TotalsLine,
} from './ledger-totals.ts';

export const tokenKinds = ['promptTokens', 'completionTokens', 'cachedTokens', 'reasoningTokens'] as const;
export type TokenKind = (typeof tokenKinds)[number];

/** The integers from `least` to `most`, inclusive. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

/** A difference between ledger, journal, counters or providers. */
export type Difference =
  | {
      readonly kind: 'counter';
      readonly counter: CounterReading;
      readonly calls: number;
      readonly bookedNanos: bigint;
    }
  /** Dead-letter calls of one user and day. */
  | {
      readonly kind: 'dead';
      readonly userId: string;
      readonly day: string;
      readonly calls: number;
      readonly tokens: number;
      readonly nanos: bigint;
    }
  | { readonly kind: 'unreadable'; readonly entries: number }
  | {
      readonly kind: 'calls';
      readonly provider: string | undefined;
      /** Bookings that agree with the provider's counts. */
      readonly counted: Range;
      readonly booked: number;
      readonly requests: readonly RequestDifference[];
    }
  | {
      readonly kind: 'tokens';
      readonly provider: string | undefined;
      readonly of: TokenKind;
      readonly counted: number;
      /** Counts that agree with the bookings; an estimate covers any count up to it. */
      readonly booked: Range;
    };

export interface RequestDifference {
  readonly requestId: string;
  readonly counted: number;
  readonly booked: number;
  /** Known if any call of the request is booked. */
  readonly userId?: string;
  readonly day?: string;
}

/** Lists all differences between the totals, Redis and the providers. */
export function compare(
  totals: LedgerTotals,
  counters: readonly CounterReading[],
  providers: readonly ProviderCounts[],
): readonly Difference[] {
  return [
    ...counters.flatMap((counter) => compareCounter(totals, counter)),
    ...deadCalls(totals.dead),
    ...(totals.unreadable > 0 ? [{ kind: 'unreadable' as const, entries: totals.unreadable }] : []),
    ...providers.flatMap((counts) => [...compareCalls(totals, counts), ...compareTokens(totals, counts)]),
  ];
}

/** Counters only grow, so a total read in between lies between their two values. */
function compareCounter({ spent }: LedgerTotals, counter: CounterReading): Difference[] {
  const { calls, nanos } = spent.get(counter.name) ?? { calls: 0, nanos: 0n };
  if (nanos >= counter.before && nanos <= counter.after) return [];
  return [{ kind: 'counter', counter, calls, bookedNanos: nanos }];
}

function deadCalls(dead: readonly LlmUsage[]): Difference[] {
  const dayOf = ({ id }: LlmUsage) => timeOfId(id).toISOString().slice(0, 10);
  const groups = Map.groupBy(dead, (usage) => `${usage.userId} ${dayOf(usage)}`);
  return [...groups.values()].flatMap((rows) => {
    const [first] = rows;
    if (!first) return [];
    return [
      {
        kind: 'dead' as const,
        userId: first.userId,
        day: dayOf(first),
        calls: rows.length,
        tokens: rows.reduce((sum, row) => sum + row.promptTokens + row.completionTokens, 0),
        nanos: rows.reduce((sum, row) => sum + BigInt(row.costNanos), 0n),
      },
    ];
  });
}

function isOf(provider: string | undefined) {
  return (booked: { readonly provider: string }): boolean =>
    provider === undefined ? booked.provider !== cacheProvider : booked.provider === provider;
}

function sumOf(lines: readonly TotalsLine[]): Sums {
  return lines.reduce<Sums>(addSums, noSums);
}

function compareCalls({ lines, requests }: LedgerTotals, counts: ProviderCounts): Difference[] {
  const { provider } = counts;
  const booked = sumOf(lines.filter(isOf(provider))).calls;
  const counted = { least: counts.calls - counts.open, most: counts.calls + counts.uncounted };
  if (booked >= counted.least && booked <= counted.most) return [];
  return [{ kind: 'calls', provider, counted, booked, requests: compareRequests(requests, counts) }];
}

function compareRequests(requests: LedgerTotals['requests'], counts: ProviderCounts): RequestDifference[] {
  if (!requests || !counts.requestIds) return [];
  const counted = new Map(
    [...Map.groupBy(counts.requestIds, (id) => id)].map(([id, all]) => [id, all.length]),
  );
  const booked = Map.groupBy(requests.filter(isOf(counts.provider)), ({ requestId }) => requestId);
  return [...new Set([...counted.keys(), ...booked.keys()])]
    .map((requestId) => {
      const rows = booked.get(requestId) ?? [];
      return {
        requestId,
        counted: counted.get(requestId) ?? 0,
        booked: rows.reduce((sum, { calls }) => sum + calls, 0),
        ...(rows[0] ? { userId: rows[0].userId, day: rows[0].day } : {}),
      };
    })
    .filter((request) => request.counted !== request.booked);
}

/** For a call with an estimated cost, the provider's count may be anything up to the estimate. */
function compareTokens({ lines }: LedgerTotals, counts: ProviderCounts): Difference[] {
  const ofProvider = lines.filter(isOf(counts.provider));
  const exact = sumOf(ofProvider.filter(({ estimated }) => !estimated));
  const estimated = sumOf(ofProvider.filter((line) => line.estimated));
  const estimates: Readonly<Record<TokenKind, number>> = {
    promptTokens: estimated.promptTokens,
    completionTokens: estimated.completionTokens,
    // Subsets of prompt and completion tokens, which estimates do not distinguish.
    cachedTokens: estimated.promptTokens,
    reasoningTokens: estimated.completionTokens,
  };
  return tokenKinds.flatMap((of) => {
    const booked = { least: exact[of], most: exact[of] + estimates[of] };
    const counted = counts[of];
    if (counted >= booked.least && counted <= booked.most) return [];
    return [{ kind: 'tokens' as const, provider: counts.provider, of, counted, booked }];
  });
}
