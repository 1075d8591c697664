import { createSemaphore, type SemaphoreFigures } from '@valuecanvas/resilience';
import type { Provider } from '../providers/provider.ts';
import { ProviderError } from '../providers/provider-error.ts';
import type { ProviderStream, Transport, TransportCall, WholeAnswer } from '../providers/transport.ts';
import type { Breaker } from './breaker.ts';
import { type Breakers, createBreakers } from './breakers.ts';
import type { BreakerState, CircuitSettings } from './circuit.ts';
import { isProvidersFault } from './provider-blame.ts';
import { createProviderStatistics, type ProviderFigures } from './provider-statistics.ts';
import { watchEnd } from './watched-stream.ts';

/** The way to one provider: its connections, their bound, its breakers, and what is known of how it does. */
export interface ProviderLine {
  readonly provider: Provider;
  readonly breakers: Breakers;
  /** Of the provider as a whole. */
  state(): BreakerState;
  /** Whether a call would not be refused at once; asked before anything is reserved for it. */
  mayServe(model: string): boolean;
  /**
   * `model` is what the provider calls it, `asFallback` whether one before this could not serve. Throws ProviderError;
   * `shut_off` and `overloaded` without having called anybody.
   */
  complete(model: string, call: TransportCall, asFallback: boolean): Promise<WholeAnswer>;
  /**
   * Resolves once the answer has begun, and throws as `complete`. The slot is held until the events are read to their
   * end, are left, or are cancelled, or the signal is aborted: one of them must happen.
   */
  stream(model: string, call: TransportCall, asFallback: boolean): Promise<ProviderStream>;
  figures(): ProviderFigures;
  load(): SemaphoreFigures;
  /** Waits for the calls under way. */
  close(): Promise<void>;
}

export interface ProviderLineOptions {
  readonly provider: Provider;
  readonly transport: Transport;
  /** Calls at the same time. */
  readonly concurrency: number;
  /** Calls that may wait for one of those. */
  readonly queue: number;
  readonly maxWaitMs?: number;
  readonly circuit?: CircuitSettings;
  readonly maxModels?: number;
}

/** Longest wait for a slot. */
const defaultMaxWaitMs = 5_000;

export function createProviderLine(options: ProviderLineOptions): ProviderLine {
  const { provider, transport } = options;
  const { concurrency, queue: maxQueued, maxWaitMs = defaultMaxWaitMs } = options;
  const slots = createSemaphore({ concurrency, maxQueued, maxWaitMs });
  const breakers = createBreakers({ ...options, provider: provider.id });
  const statistics = createProviderStatistics();

  async function waitForSlot(signal: AbortSignal | undefined): Promise<void> {
    try {
      await slots.acquire(signal);
    } catch (cause) {
      throw signal?.aborted
        ? new ProviderError(
            'cancelled',
            provider.id,
            'the caller has disconnected or its deadline has passed',
            { cause },
          )
        : new ProviderError('overloaded', provider.id, 'no slot became free', { cause });
    }
  }

  /** With a slot taken. */
  async function ask<T>(breaker: Breaker, asFallback: boolean, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      const result = await breaker.run(work);
      statistics.succeeded(performance.now() - startedAt, asFallback);
      return result;
    } catch (error) {
      if (isProvidersFault(error)) statistics.failed();
      throw error;
    }
  }

  /** Takes the slot along. */
  function hold(breaker: Breaker, stream: ProviderStream, signal: AbortSignal | undefined): ProviderStream {
    const begunAt = performance.now();
    return watchEnd(stream, signal, (error) => {
      slots.release();
      if (!isProvidersFault(error)) return;
      breaker.failedLater(begunAt);
      statistics.failedLater();
    });
  }

  return {
    provider,
    breakers,
    state: breakers.state,
    mayServe: (model) => breakers.known(model)?.letsThrough() !== false && !slots.isFull(),
    async complete(model, call, asFallback) {
      if (!slots.tryAcquire()) await waitForSlot(call.signal);
      try {
        return await ask(breakers.of(model), asFallback, () => transport.complete(call));
      } finally {
        slots.release();
      }
    },
    async stream(model, call, asFallback) {
      if (!slots.tryAcquire()) await waitForSlot(call.signal);
      try {
        const breaker = breakers.of(model);
        const begun = await ask(breaker, asFallback, () => transport.stream(call));
        return hold(breaker, begun, call.signal);
      } catch (error) {
        slots.release();
        throw error;
      }
    },
    figures: statistics.figures,
    load: slots.figures,
    async close() {
      breakers.stop();
      await transport.close();
    },
  };
}
