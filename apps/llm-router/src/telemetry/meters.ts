import { createCounter, createHistogram, type Metrics } from '@valuecanvas/service-kit';
import type { Budget, RateLimit } from '../admission/types.ts';
import { type CallMeters, createCallMeters } from './call-meters.ts';
import type { ErrorType } from './error-types.ts';
import { general, own } from './names.ts';
import { createProviderMeters, type ProviderMeters } from './provider-meters.ts';

/** How a request was served: bypass, miss, hit, replay, or by an identical request in flight. */
export const cacheOutcomes = ['hit', 'miss', 'bypass', 'replay', 'followed'] as const;
export type CacheOutcome = (typeof cacheOutcomes)[number];

/** Metrics of completions. Provider labels are bounded by the configuration. */
export interface Meters extends CallMeters, ProviderMeters {
  /** Records a request's duration in seconds without the time spent waiting for providers. */
  overhead(seconds: number): void;
  cache(outcome: CacheOutcome): void;
  /** Counts a retry of the same provider. */
  retried(provider: string, model: string, reason: ErrorType): void;
  /** Counts a failover from the named provider. */
  failedOver(provider: string, model: string, reason: ErrorType): void;
  refusedByLimit(limit: Pick<RateLimit, 'name'>): void;
  refusedByBudget(budget: Pick<Budget, 'scope' | 'period'>): void;
  /** Counts a row that went directly to the ledger because the journal was unavailable. */
  journalFallback(): void;
  /** Counts a call that was settled as lost. */
  leaseLost(): void;
}

/** Creates the metrics. `models`, by the providers' names, have their own series; all others are labelled `other`. */
export function createMeters(metrics: Metrics, models: Iterable<string>): Meters {
  const named = new Set(models);
  const boundModel = (model: string) => (named.has(model) ? model : 'other');
  const { metric, label } = own;
  const { registry } = metrics;

  const overhead = createHistogram(registry, {
    ...metric.overhead,
    help: 'Request duration in seconds without the time spent waiting for providers.',
  })({});
  const cache = createCounter(registry, {
    name: metric.cache,
    help: 'Requests by cache outcome.',
  });
  const outcomes = Object.fromEntries(
    cacheOutcomes.map((outcome) => [outcome, cache({ [label.outcome]: outcome })]),
  );

  const tried = [label.provider, label.model, general.label.errorType] as const;
  const retries = metrics.counter(metric.retries, 'Retries of the same provider.', tried);
  const failovers = metrics.counter(
    metric.failovers,
    'Failovers to another provider, by the provider that failed.',
    tried,
  );
  const refusals = metrics.counter(metric.refusals, 'Requests refused by a limit or budget.', [label.policy]);
  const fallbacks = metrics.counter(metric.journalFallbacks, 'Rows that bypassed the journal.', []);
  const leases = metrics.counter(metric.lostLeases, 'Calls that were settled as lost.', []);

  return {
    ...createCallMeters(metrics, boundModel),
    ...createProviderMeters(metrics, boundModel),
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
