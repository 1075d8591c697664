import { setTimeout as wait } from 'node:timers/promises';
import type { FactDefinition, FactOf } from '@valuecanvas/contracts-core';
import type { Keys, Redis } from '@valuecanvas/redis';
import { type Entry, entryReader, type RawEntry } from './entries.ts';
import { deadStreamOf, factField, streamOf } from './streams.ts';

/** One consumer group per kind of fact: each fact goes to one of its owner's processes. */
const group = 'owner';

const batchSize = 200;

/** Milliseconds to wait for new facts before looking for abandoned ones. */
const blockMs = 1_000;

/** Milliseconds after which a fact that a process took and did not store is taken over by another. */
const abandonedAfterMs = 15_000;

/** Milliseconds between attempts while facts cannot be stored. */
const retryPauseMs = 500;

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
}

export interface Drain {
  /** Takes no more facts, and resolves when the batch at hand is stored or given back. */
  stop(): Promise<void>;
}

/**
 * Moves facts from the journal to their owner's store, in batches. A fact leaves the journal only when it is
 * stored, or when it can never be: then it is laid aside in the dead stream.
 */
export function startDrain<F extends FactDefinition>(definition: F, options: DrainOptions<F>): Drain {
  const { redis, keys, consumer } = options;
  const stream = streamOf(keys, definition);
  const read = entryReader(definition);
  let stopping = false;
  let claimFrom = '0-0';

  const take = async (): Promise<Entry<F>[]> => {
    const [next, abandoned] = (await redis.xautoclaim(
      stream,
      group,
      consumer,
      abandonedAfterMs,
      claimFrom,
      'COUNT',
      batchSize,
    )) as [string, (RawEntry | null)[]];
    claimFrom = next;
    const left = abandoned.filter((entry) => entry !== null);
    if (left.length > 0) return left.map(read);
    const answer = (await redis.xreadgroup(
      'GROUP',
      group,
      consumer,
      'COUNT',
      batchSize,
      'BLOCK',
      blockMs,
      'STREAMS',
      stream,
      '>',
    )) as [string, RawEntry[]][] | null;
    return (answer?.[0]?.[1] ?? []).map(read);
  };

  const settle = async (entries: readonly Entry<F>[]): Promise<void> => {
    const ids = entries.map(({ id }) => id);
    if (ids.length > 0)
      await redis
        .multi()
        .xack(stream, group, ...ids)
        .xdel(stream, ...ids)
        .exec();
  };

  const layAside = async (entries: readonly Entry<F>[]): Promise<void> => {
    for (const { text } of entries) {
      await redis.xadd(deadStreamOf(keys, definition), '*', factField, text);
      options.onDead?.(text);
    }
  };

  /** Splits a batch that cannot be stored until the facts that are to blame stand alone. */
  const store = async (entries: readonly Entry<F>[]): Promise<void> => {
    const facts = entries.flatMap(({ fact }) => (fact === undefined ? [] : [fact]));
    if (facts.length === 0) return;
    try {
      await options.store(facts);
    } catch (error) {
      if (options.isTemporary(error)) throw error;
      if (entries.length === 1) {
        options.onError(error);
        await layAside(entries);
        return;
      }
      const half = Math.ceil(entries.length / 2);
      await store(entries.slice(0, half));
      await store(entries.slice(half));
    }
  };

  const handle = async (entries: readonly Entry<F>[]): Promise<void> => {
    const readable = entries.filter(({ fact }) => fact !== undefined);
    await layAside(entries.filter(({ fact, text }) => fact === undefined && text !== ''));
    for (;;) {
      try {
        await store(readable);
        break;
      } catch (error) {
        options.onError(error);
        if (stopping) return;
        await wait(retryPauseMs);
      }
    }
    await settle(entries);
  };

  const run = async (): Promise<void> => {
    while (!stopping) {
      try {
        await handle(await take());
      } catch (error) {
        if (isMissingGroup(error)) await createGroup(redis, stream).catch(options.onError);
        else if (!stopping) {
          options.onError(error);
          await wait(retryPauseMs);
        }
      }
    }
  };

  const running = run();
  return {
    async stop() {
      stopping = true;
      // A command that waits for Redis to come back would hold up the stop.
      if (redis.status !== 'ready') redis.disconnect();
      await running;
    },
  };
}

function isMissingGroup(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOGROUP');
}

/** From the first fact on: those recorded before their owner was ever started are its too. */
async function createGroup(redis: Redis, stream: string): Promise<void> {
  await redis.xgroup('CREATE', stream, group, '0', 'MKSTREAM').catch((error: unknown) => {
    if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
  });
}
