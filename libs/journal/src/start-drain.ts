import { setTimeout as wait } from 'node:timers/promises';
import type { FactDefinition, FactOf } from '@valuecanvas/contracts-core';
import type { Keys, Redis } from '@valuecanvas/redis';
import { untilAborted } from '@valuecanvas/resilience';
import { batchHandler, retryDelayMs } from './batch-handler.ts';
import { entryReader } from './entries.ts';
import { type FactStream, openFactStream } from './fact-stream.ts';

export interface DrainOptions<F extends FactDefinition> {
  /** A blocking connection, used for nothing else. */
  readonly redis: Redis;
  readonly keys: Keys;
  /** Name of this process among its service's. */
  readonly consumer: string;
  /** Stores each fact once, even if it receives the fact several times. */
  readonly store: (facts: readonly FactOf<F>[]) => Promise<void>;
  /** Returns true if the same facts may be stored later, after `store` has rejected with the error. */
  readonly isTemporary: (error: unknown) => boolean;
  readonly onError: (error: unknown) => void;
  /** Receives each dead letter. */
  readonly onDeadLetter?: (text: string) => void;
  /** After this time another process takes over facts that were taken but not stored. Default 15,000. */
  readonly abandonedAfterMs?: number;
}

export interface Drain {
  /** Takes no more facts. Resolves when the current batch is stored or left to another process. */
  stop(): Promise<void>;
}

/**
 * Pause after a batch that was not full, so that facts accumulate. Taken one by one, they would cost Redis and the store
 * many times as much.
 */
const gatherMs = 200;

/**
 * Moves facts from the journal to their owner's store in batches. A fact leaves the journal only when it is stored or
 * becomes a dead letter. A crash at that moment may write the dead letter twice.
 */
export function startDrain<F extends FactDefinition>(definition: F, options: DrainOptions<F>): Drain {
  const { redis, onError } = options;
  const disconnected = new AbortController();
  const stopped = new AbortController();
  const stream = whileConnected(
    openFactStream(definition, { abandonedAfterMs: 15_000, ...options }),
    disconnected.signal,
  );
  const read = entryReader(definition);
  let stopping = false;
  const handle = batchHandler(stream, { ...options, stopping: () => stopping });

  const run = async (): Promise<void> => {
    while (!stopping) {
      try {
        const entries = await stream.take();
        await handle(entries.map(read));
        if (!stream.isFull(entries)) await gather(stopped.signal);
      } catch (error) {
        if (stopping) return;
        onError(error);
        await wait(retryDelayMs);
      }
    }
  };

  const running = run();
  return {
    async stop() {
      stopping = true;
      stopped.abort();
      // A command that waits for a reconnection would delay the stop.
      const giveUp = () => disconnected.abort(new Error('Redis is unavailable.'));
      if (redis.status === 'ready') redis.once('close', giveUp);
      else giveUp();
      await running;
    },
  };
}

async function gather(stopped: AbortSignal): Promise<void> {
  await wait(gatherMs, undefined, { ref: false, signal: stopped }).catch(() => undefined);
}

/** A stream whose commands reject once the signal is aborted. The next process repeats commands that did not run. */
function whileConnected(stream: FactStream, disconnected: AbortSignal): FactStream {
  return {
    ...stream,
    take: () => untilAborted(stream.take(), disconnected),
    settle: (ids) => untilAborted(stream.settle(ids), disconnected),
    deadLetter: (text) => untilAborted(stream.deadLetter(text), disconnected),
  };
}
