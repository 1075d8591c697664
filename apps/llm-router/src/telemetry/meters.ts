import { createCounter, createHistogram, type Metrics } from '@valuecanvas/service-kit';
import type { Budget, RateLimit } from '../admission/admission-request.ts';
import { type CallMeters, createCallMeters } from './call-meters.ts';
import type { ErrorType } from './error-types.ts';
import { createLineMeters, type LineMeters } from './line-meters.ts';
import { general, own } from './names.ts';

/** How the cache served a request: not asked, asked in vain, answered; or the answer of a key or of a like request. */
export const cacheOutcomes = ['hit', 'miss', 'bypass', 'replay', 'followed'] as const;
export type CacheOutcome = (typeof cacheOutcomes)[number];

/** All that is measured of completions. Providers are those that are configured, so their series are bounded. */
export interface Meters extends CallMeters, LineMeters {
  /** Seconds that a request took beyond waiting for a provider. */
  overhead(seconds: number): void;
  cache(outcome: CacheOutcome): void;
  /** The same provider is asked again. */
  retried(provider: string, model: string, reason: ErrorType): void;
  /** Another provider is asked than the one that is named. */
  failedOver(provider: string, model: string, reason: ErrorType): void;
  refusedByLimit(limit: Pick<RateLimit, 'name'>): void;
  refusedByBudget(budget: Pick<Budget, 'scope' | 'period'>): void;
  /** A row went to the ledger itself, because the journal was away. */
  journalFallback(): void;
  /** A call was taken for lost although its process lived, or was found lost. */
  leaseLost(): void;
}

/** `models`: those with series of their own, by the names under which providers are asked; all others are `other`. */
export function createMeters(metrics: Metrics, models: Iterable<string>): Meters {
  const named = new Set(models);
  const boundModel = (model: string) => (named.has(model) ? model : 'other');
  const { metric, label } = own;
  const { registry } = metrics;

  const overhead = createHistogram(registry, {
    ...metric.overhead,
    help: 'Seconds of a request beyond those in which a provider was waited for.',
  })({});
  const cache = createCounter(registry, {
    name: metric.cache,
    help: 'Requests by how the cache served them.',
  });
  const outcomes = Object.fromEntries(
    cacheOutcomes.map((outcome) => [outcome, cache({ [label.outcome]: outcome })]),
  );

  const tried = [label.provider, label.model, general.label.errorType] as const;
  const retries = metrics.counter(metric.retries, 'Calls made again with the same provider.', tried);
  const failovers = metrics.counter(
    metric.failovers,
    'Calls passed on to another provider, by the one that failed.',
    tried,
  );
  const refusals = metrics.counter(metric.refusals, 'Requests refused by a limit or budget.', [label.policy]);
  const fallbacks = metrics.counter(metric.journalFallbacks, 'Rows that bypassed the journal.', []);
  const leases = metrics.counter(metric.lostLeases, 'Calls that were taken for lost.', []);

  return {
    ...createCallMeters(metrics, boundModel),
    ...createLineMeters(metrics, boundModel),
    overhead: overhead.observe,
    cache: (outcome) => outcomes[outcome]?.add(1),
    retried: (provider, model, reason) =>
      retries.inc({ provider, model: boundModel(model), error_type: reason }),
    failedOver: (provider, model, reason) =>
      failovers.inc({ provider, model: boundModel(model), error_type: reason }),
    refusedByLimit: ({ name }) => refusals.inc({ policy: name }),
    refusedByBudget: ({ scope, period }) =>
      refusals.inc({ policy: scope === 'platform' ? 'budget_platform' : `budget_${period}` }),
    journalFallback: () => fallbacks.inc(),
    leaseLost: () => leases.inc(),
  };
}
