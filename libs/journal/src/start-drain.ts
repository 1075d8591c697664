import { setTimeout as wait } from 'node:timers/promises';
import type { FactDefinition, FactOf } from '@valuecanvas/contracts-core';
import type { Keys, Redis } from '@valuecanvas/redis';
import { batchHandler, retryPauseMs } from './batch-handler.ts';
import { entryReader } from './entries.ts';
import { type FactStream, openFactStream } from './fact-stream.ts';

export interface DrainOptions<F extends FactDefinition> {
  /** A waiting connection used for nothing else. */
  readonly redis: Redis;
  readonly keys: Keys;
  /** Name of this process among its service's. */
  readonly consumer: string;
  /** Stores facts once, however often it gets them; rejects where it cannot. */
  readonly store: (facts: readonly FactOf<F>[]) => Promise<void>;
  /** Whether a rejection of `store` means that the same facts can be stored later. */
  readonly isTemporary: (error: unknown) => boolean;
  readonly onError: (error: unknown) => void;
  /** Told of each fact that had to be laid aside. */
  readonly onDead?: (text: string) => void;
  /** Milliseconds after which a fact that a process took and did not store is taken over by another: 15,000. */
  readonly abandonedAfterMs?: number;
}

export interface Drain {
  /** Takes no more facts, and resolves when the batch at hand is stored or given back. */
  stop(): Promise<void>;
}

/**
 * Milliseconds after a batch before the next one is taken, unless the batch was full: facts gather meanwhile. Taken one by
 * one, as they come, they cost Redis and the store many times as much.
 */
const restMs = 200;

/**
 * Moves facts from the journal to their owner's store, in batches. A fact leaves the journal only when it is
 * stored, or when it can never be: then it is laid aside in the dead stream, where a crash may leave it twice.
 */
export function startDrain<F extends FactDefinition>(definition: F, options: DrainOptions<F>): Drain {
  const { redis, onError } = options;
  const away = new AbortController();
  const told = new AbortController();
  const stream = untilAway(openFactStream(definition, { abandonedAfterMs: 15_000, ...options }), away.signal);
  const read = entryReader(definition);
  let stopping = false;
  const handle = batchHandler(stream, { ...options, stopping: () => stopping });

  const run = async (): Promise<void> => {
    while (!stopping) {
      try {
        const entries = await stream.take();
        await handle(entries.map(read));
        if (!stream.isFull(entries)) await rest(told.signal);
      } catch (error) {
        if (stopping) return;
        onError(error);
        await wait(retryPauseMs);
      }
    }
  };

  const running = run();
  return {
    async stop() {
      stopping = true;
      told.abort();
      // A command that waits for Redis to come back would hold up the stop.
      const giveUp = () => away.abort(new Error('Redis is away.'));
      if (redis.status === 'ready') redis.once('close', giveUp);
      else giveUp();
      await running;
    },
  };
}

async function rest(told: AbortSignal): Promise<void> {
  await wait(restMs, undefined, { ref: false, signal: told }).catch(() => undefined);
}

/** A stream whose commands are no longer waited for once `away` is aborted; what they did not do is done again later. */
function untilAway(stream: FactStream, away: AbortSignal): FactStream {
  return {
    ...stream,
    take: () => unlessAborted(away, stream.take()),
    settle: (ids) => unlessAborted(away, stream.settle(ids)),
    layAside: (text) => unlessAborted(away, stream.layAside(text)),
  };
}

/**
 * What `work` comes to, unless the signal is aborted before: then its reason. The promise that is raced against is made
 * anew each time: one that outlives the race would keep the outcome of every race for as long as it is pending.
 */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(signal.reason);
  signal.addEventListener('abort', giveUp);
  if (signal.aborted) giveUp();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
