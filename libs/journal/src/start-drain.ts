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
  const away = Promise.withResolvers<never>();
  away.promise.catch(() => undefined);
  const told = Promise.withResolvers<void>();
  const stream = untilAway(
    openFactStream(definition, { abandonedAfterMs: 15_000, ...options }),
    away.promise,
  );
  const read = entryReader(definition);
  let stopping = false;
  const handle = batchHandler(stream, { ...options, stopping: () => stopping });

  const run = async (): Promise<void> => {
    while (!stopping) {
      try {
        const entries = await stream.take();
        await handle(entries.map(read));
        if (!stream.isFull(entries))
          await Promise.race([wait(restMs, undefined, { ref: false }), told.promise]);
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
      told.resolve();
      // A command that waits for Redis to come back would hold up the stop.
      const giveUp = () => away.reject(new Error('Redis is away.'));
      if (redis.status === 'ready') redis.once('close', giveUp);
      else giveUp();
      await running;
    },
  };
}

/** A stream whose commands are no longer waited for once `away` is rejected; what they did not do is done again later. */
function untilAway(stream: FactStream, away: Promise<never>): FactStream {
  return {
    ...stream,
    take: () => Promise.race([stream.take(), away]),
    settle: (ids) => Promise.race([stream.settle(ids), away]),
    layAside: (text) => Promise.race([stream.layAside(text), away]),
  };
}
