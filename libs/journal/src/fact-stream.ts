import type { FactDefinition } from '@valuecanvas/contracts-core';
import type { Keys, Redis } from '@valuecanvas/redis';
import type { RawEntry } from './entries.ts';
import { deadLetterStreamOf, factField, streamOf } from './streams.ts';

/** One consumer group per kind of fact: each fact goes to one of its owner's processes. */
const group = 'owner';

const batchSize = 500;

/** Time for which a read blocks for new facts before it looks for abandoned ones. */
const blockMs = 1_000;

/** The stream of one kind of fact, as seen by one process of its owner. */
export interface FactStream {
  /** Returns the next entries, those abandoned by other processes first. Empty if none arrives within a second. */
  take(): Promise<readonly RawEntry[]>;
  /** True if `take` returned a full batch, so that more entries are likely to wait. */
  isFull(entries: readonly unknown[]): boolean;
  /** Removes entries for good. */
  settle(ids: readonly string[]): Promise<void>;
  /** Keeps a text that can never be stored in the dead-letter stream. */
  deadLetter(text: string): Promise<void>;
}

export function openFactStream(
  definition: FactDefinition,
  options: {
    /** A blocking connection, used for nothing else. */
    readonly redis: Redis;
    readonly keys: Keys;
    readonly consumer: string;
    readonly abandonedAfterMs: number;
  },
): FactStream {
  const { redis, keys, consumer, abandonedAfterMs } = options;
  const stream = streamOf(keys, definition);
  let claimFrom = '0-0';

  const takeAbandoned = async (): Promise<readonly RawEntry[]> => {
    const claim = redis.xautoclaim(stream, group, consumer, abandonedAfterMs, claimFrom, 'COUNT', batchSize);
    const [next, entries] = (await claim) as [string, (RawEntry | null)[]];
    claimFrom = next;
    return entries.filter((entry) => entry !== null);
  };

  const takeNew = async (): Promise<readonly RawEntry[]> => {
    const read = redis.xreadgroup(
      ...(['GROUP', group, consumer, 'COUNT', batchSize, 'BLOCK', blockMs] as const),
      ...(['STREAMS', stream, '>'] as const),
    );
    const answer = (await read) as [string, RawEntry[]][] | null;
    return answer?.[0]?.[1] ?? [];
  };

  return {
    async take() {
      try {
        const abandoned = await takeAbandoned();
        return abandoned.length > 0 ? abandoned : await takeNew();
      } catch (error) {
        if (!isMissingGroup(error)) throw error;
        await createGroup(redis, stream);
        return [];
      }
    },
    isFull: ({ length }) => length >= batchSize,
    async settle(ids) {
      if (ids.length === 0) return;
      await redis
        .multi()
        .xack(stream, group, ...ids)
        .xdel(stream, ...ids)
        .exec();
    },
    async deadLetter(text) {
      await redis.xadd(deadLetterStreamOf(keys, definition), '*', factField, text);
    },
  };
}

function isMissingGroup(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOGROUP');
}

/** Starts at the first fact, so that facts recorded before the owner's first start are delivered too. */
async function createGroup(redis: Redis, stream: string): Promise<void> {
  await redis.xgroup('CREATE', stream, group, '0', 'MKSTREAM').catch((error: unknown) => {
    if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
  });
}
