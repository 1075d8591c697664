import { createSemaphore, type SemaphoreFigures } from '@valuecanvas/resilience';
import { createLearnedFeatures, type LearnedFeatures } from '../providers/features.ts';
import type { Provider } from '../providers/provider.ts';
import { ProviderError, wasCalled } from '../providers/provider-error.ts';
import type {
  ProviderStream,
  Transport,
  TransportCall,
  WholeAnswer,
} from '../providers/transport/transport.ts';
import { type Breaker, type BreakerState, type CircuitSettings, isBreakerFailure } from './breaker.ts';
import { type Breakers, createBreakers } from './breakers.ts';
import { type ConditionLog, createProviderCondition, type ProviderCondition } from './provider-condition.ts';
import { onStreamEnd } from './stream-end.ts';

/** The client of one provider: transport, concurrency limit, breakers and statistics. */
export interface ProviderClient {
  readonly provider: Provider;
  readonly breakers: Breakers;
  readonly learned: LearnedFeatures;
  readonly condition: ProviderCondition;
  /** State of the provider as a whole. */
  state(): BreakerState;
  /** True if calls can succeed, as far as known: not all breakers are open, and the provider has no other problem. */
  isHealthy(): boolean;
  /** Checks the provider without a call, unless it is known to be well. Never rejects. */
  check(signal: AbortSignal): Promise<void>;
  /** Returns true if a call would not be refused immediately; checked before its reservation. */
  mayServe(model: string): boolean;
  /**
   * Calls the provider. `model` is the provider's name; `asFallback` is true after another provider has failed. Throws
   * ProviderError; with `shut_off` and `overloaded` the provider was not called.
   */
  complete(model: string, call: TransportCall, asFallback: boolean): Promise<WholeAnswer>;
  /**
   * Resolves when the answer has started; throws as `complete`. The permit is held until the events are read to their end,
   * abandoned or cancelled, or the signal is aborted: one of these must happen.
   */
  stream(model: string, call: TransportCall, asFallback: boolean): Promise<ProviderStream>;
  figures(): ProviderFigures;
  load(): SemaphoreFigures;
  /** Waits for the calls under way. */
  close(): Promise<void>;
}

export interface ProviderClientOptions {
  readonly provider: Provider;
  readonly transport: Transport;
  /** Maximum number of concurrent calls. */
  readonly concurrency: number;
  /** Maximum number of waiting calls. */
  readonly queue: number;
  readonly maxWaitMs?: number;
  readonly circuit?: CircuitSettings;
  readonly maxModels?: number;
  readonly now?: () => number;
  readonly log?: ConditionLog;
}

const silent = { error: () => undefined, warn: () => undefined, info: () => undefined };

/** Longest wait for a permit. */
const defaultMaxWaitMs = 5_000;

export function createProviderClient(options: ProviderClientOptions): ProviderClient {
  const { provider, transport } = options;
  const { concurrency, queue: maxQueued, maxWaitMs = defaultMaxWaitMs } = options;
  const semaphore = createSemaphore({ concurrency, maxQueued, maxWaitMs });
  const breakers = createBreakers({ ...options, provider: provider.id });
  const statistics = createProviderStatistics();
  const condition = createProviderCondition(provider.id, options.log ?? silent);

  async function waitForPermit(signal: AbortSignal | undefined): Promise<void> {
    try {
      await semaphore.acquire(signal);
    } catch (cause) {
      throw signal?.aborted
        ? new ProviderError(
            'cancelled',
            provider.id,
            'the caller has disconnected or its deadline has passed',
            { cause },
          )
        : new ProviderError('overloaded', provider.id, 'the concurrency limit is reached', { cause });
    }
  }

  /** Calls the provider while a permit is held, and counts the outcome. */
  async function ask<T>(breaker: Breaker, asFallback: boolean, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      const result = await breaker.run(work);
      statistics.succeeded(performance.now() - startedAt, asFallback);
      condition.succeeded();
      return result;
    } catch (error) {
      if (error instanceof ProviderError && wasCalled(error)) condition.failed(error);
      if (isBreakerFailure(error)) statistics.failed();
      throw error;
    }
  }

  /** Keeps the permit until the stream ends. */
  function hold(breaker: Breaker, stream: ProviderStream, signal: AbortSignal | undefined): ProviderStream {
    const begunAt = performance.now();
    return onStreamEnd(stream, signal, (error) => {
      semaphore.release();
      if (!isBreakerFailure(error)) return;
      breaker.failedLater(begunAt, error.fault);
      statistics.failedLater();
    });
  }

  return {
    provider,
    breakers,
    learned: createLearnedFeatures(options.now ?? Date.now),
    condition,
    state: breakers.state,
    isHealthy: () => condition.problem() === undefined && breakers.state() !== 'open',
    async check(signal) {
      if (condition.isKnown() && condition.problem() === undefined) return;
      const check = await transport.check(signal);
      if (!signal.aborted) condition.checked(check);
    },
    mayServe: (model) => breakers.known(model)?.letsThrough() !== false && !semaphore.isFull(),
    async complete(model, call, asFallback) {
      if (!semaphore.tryAcquire()) await waitForPermit(call.signal);
      try {
        return await ask(breakers.of(model), asFallback, () => transport.complete(call));
      } finally {
        semaphore.release();
      }
    },
    async stream(model, call, asFallback) {
      if (!semaphore.tryAcquire()) await waitForPermit(call.signal);
      let opened: ProviderStream | undefined;
      const open = () =>
        transport.stream(call).then((stream) => {
          opened = stream;
          return stream;
        });
      try {
        const breaker = breakers.of(model);
        return hold(breaker, await ask(breaker, asFallback, open), call.signal);
      } catch (error) {
        opened?.cancel();
        semaphore.release();
        throw error;
      }
    },
    figures: statistics.figures,
    load: semaphore.figures,
    async close() {
      breakers.stop();
      await transport.close();
    },
  };
}

/** Returns the states of a provider's breakers, by model. */
export const breakerStatesOf = ({ provider, breakers }: ProviderClient) =>
  Object.entries(breakers.states()).map(([model, state]) => ({ provider: provider.id, model, state }));

/** Number of latencies kept for percentiles. */
const sampleSize = 512;

export interface ProviderFigures {
  readonly calls: number;
  readonly failures: number;
  readonly fallbacks: number;
  readonly latencyP50: number;
  readonly latencyP95: number;
}

/** Counts a provider's calls since the start. */
interface ProviderStatistics {
  /** Records a whole answer, or a stream's start, with its latency in milliseconds. */
  succeeded(latencyMs: number, asFallback: boolean): void;
  failed(): void;
  /** Records that a started stream broke off. */
  failedLater(): void;
  figures(): ProviderFigures;
}

export function createProviderStatistics(): ProviderStatistics {
  const latencies = new Float64Array(sampleSize);
  let successes = 0;
  let failedCalls = 0;
  let brokenStreams = 0;
  let fallbacks = 0;

  return {
    succeeded(latencyMs, asFallback) {
      latencies[successes % sampleSize] = latencyMs;
      successes += 1;
      if (asFallback) fallbacks += 1;
    },
    failed() {
      failedCalls += 1;
    },
    failedLater() {
      brokenStreams += 1;
    },
    figures() {
      const sorted = latencies.slice(0, Math.min(successes, sampleSize)).sort();
      const percentile = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
      return {
        calls: successes + failedCalls,
        failures: failedCalls + brokenStreams,
        fallbacks,
        latencyP50: percentile(0.5),
        latencyP95: percentile(0.95),
      };
    },
  };
}
