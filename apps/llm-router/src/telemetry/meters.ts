import { metricCatalogue } from '@valuecanvas/contracts-core';
import { toDollars } from '@valuecanvas/money';
import { createCounter, createHistogram, type Distribution, type Metrics } from '@valuecanvas/service-kit';
import type { Budget, RateLimit } from '../admission/types.ts';
import type { Tokens } from '../protocol/tokens.ts';
import type { ErrorType } from './error-types.ts';
import { genAi, general } from './names.ts';
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
  /** Counts calls that were settled as lost. */
  leasesLost(calls: number): void;
}

/** Creates the metrics. `models`, by the providers' names, have their own series; all others are labelled `other`. */
export function createMeters(metrics: Metrics, models: Iterable<string>): Meters {
  const named = new Set(models);
  const boundModel = (model: string) => (named.has(model) ? model : 'other');
  const { registry } = metrics;

  const overhead = createHistogram(registry, metricCatalogue.routerOverhead)({});
  const cache = createCounter(registry, metricCatalogue.cacheRequests);
  const outcomes = Object.fromEntries(cacheOutcomes.map((outcome) => [outcome, cache({ outcome })]));

  const retries = metrics.counter(metricCatalogue.retries);
  const failovers = metrics.counter(metricCatalogue.failovers);
  const refusals = metrics.counter(metricCatalogue.refusals);
  const fallbacks = metrics.counter(metricCatalogue.journalFallbacks);
  const leases = metrics.counter(metricCatalogue.lostLeases);

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
    leasesLost: (calls) => leases.inc({}, calls),
  };
}

/** Metrics of provider calls. */
interface CallMeters {
  /** Records the end of a call; `failure` is undefined on success. */
  callEnded(provider: string, model: string, seconds: number, failure: ErrorType | undefined): void;
  /** Records a call's usage and cost. */
  used(provider: string, model: string, tokens: Tokens, costNanos: bigint): void;
  /** Records the seconds from the request to the first chunk of a stream. */
  firstChunk(provider: string, model: string, seconds: number): void;
}

/** Creates the metrics. `boundModel` maps models without their own series to a shared label. */
function createCallMeters(
  { registry }: Pick<Metrics, 'registry'>,
  boundModel: (model: string) => string,
): CallMeters {
  const tokenUsage = createHistogram(registry, metricCatalogue.tokenUsage);
  const duration = createHistogram(registry, metricCatalogue.modelCallDuration);
  const timeToFirstChunk = createHistogram(registry, metricCatalogue.firstChunk);
  const cost = createCounter(registry, metricCatalogue.cost);

  const build = (provider: string, model: string) => {
    const { label, operation, tokenType } = genAi;
    const labels = {
      [label.operationName]: operation.chat,
      [label.providerName]: provider,
      [label.requestModel]: model,
    };
    return {
      input: tokenUsage({ ...labels, [label.tokenType]: tokenType.input }),
      output: tokenUsage({ ...labels, [label.tokenType]: tokenType.output }),
      cost: cost({ provider, model }),
      firstChunk: once(() => timeToFirstChunk(labels)),
      duration: keyed((failure: ErrorType | undefined): Distribution => {
        return duration(failure === undefined ? labels : { ...labels, [general.label.errorType]: failure });
      }),
    };
  };
  const byProvider = keyed((provider: string) => keyed((model: string) => build(provider, model)));
  const seriesOf = (provider: string, model: string) => byProvider(provider)(boundModel(model));

  return {
    callEnded(provider, model, seconds, failure) {
      seriesOf(provider, model).duration(failure).observe(seconds);
    },
    used(provider, model, tokens, costNanos) {
      const series = seriesOf(provider, model);
      series.input.observe(tokens.prompt);
      series.output.observe(tokens.completion);
      series.cost.add(toDollars(costNanos));
    },
    firstChunk(provider, model, seconds) {
      seriesOf(provider, model).firstChunk().observe(seconds);
    },
  };
}

/** Creates the value of each key once and caches it: the number of keys must be bounded. */
function keyed<K, V>(make: (key: K) => V): (key: K) => V {
  const kept = new Map<K, V>();
  return (key) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = make(key);
    kept.set(key, made);
    return made;
  };
}

function once<V>(make: () => V): () => V {
  const kept = keyed(make);
  return () => kept(undefined);
}
