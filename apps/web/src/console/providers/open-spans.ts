import type { ResultOf } from '@valuecanvas/web-client';

export type BreakerChanges = ResultOf<'listBreakerChanges'>['changes'];

/** A circuit breaker that changed, and the spans in which it was not closed. */
export interface BreakerSpans {
  readonly provider: string;
  readonly model: string;
  /** Milliseconds since the epoch. */
  readonly spans: readonly { readonly from: number; readonly to: number }[];
}

/**
 * Returns the breakers that changed between two times, by provider and model. A breaker whose first change closes it was open from
 * the start on. A reset closes all.
 */
export function openSpans(
  changes: BreakerChanges,
  { from, to }: { readonly from: number; readonly to: number },
): readonly BreakerSpans[] {
  const oldestFirst = changes
    .map(({ at, ...change }) => ({ ...change, at: Math.max(from, Math.min(to, Date.parse(at))) }))
    .toSorted((a, b) => a.at - b.at);
  const groups = Map.groupBy(
    oldestFirst.filter(({ change }) => change !== 'reset'),
    ({ provider, model }) => JSON.stringify([provider, model]),
  );
  return [...groups]
    .toSorted(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([key, own]) => {
      const [provider = '', model = ''] = JSON.parse(key) as string[];
      const resets = oldestFirst.filter(({ change }) => change === 'reset');
      return {
        provider,
        model,
        spans: spansOf(
          [...own, ...resets].toSorted((a, b) => a.at - b.at),
          from,
          to,
        ),
      };
    });
}

function spansOf(
  changes: readonly { readonly change: string; readonly at: number }[],
  from: number,
  to: number,
): BreakerSpans['spans'] {
  const spans: { from: number; to: number }[] = [];
  // A reset says nothing about the state before it.
  let openedAt = changes.find(({ change }) => change !== 'reset')?.change === 'closed' ? from : undefined;
  for (const { change, at } of changes) {
    if (change === 'opened') openedAt ??= at;
    else if (openedAt !== undefined) {
      spans.push({ from: openedAt, to: at });
      openedAt = undefined;
    }
  }
  return openedAt === undefined ? spans : [...spans, { from: openedAt, to }];
}
