import { type FactDefinition, type FactOf, orUnavailable } from '@valuecanvas/contracts-core';
import type { Keys, Redis } from '@valuecanvas/redis';
import { entryReader } from './entries.ts';
import { deadLetterStreamOf, streamOf } from './streams.ts';

const pageSize = 1_000;

/** The contents of one stream of the journal. */
export interface JournalFacts<F extends FactDefinition> {
  /** Oldest first. */
  readonly facts: readonly FactOf<F>[];
  /** Texts that do not match the fact's schema. */
  readonly unreadable: readonly string[];
}

export interface FactReaderOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  /** Facts that wait for their owner, or dead letters. */
  readonly stream: 'waiting' | 'dead';
  /** Maximum number of facts to read. */
  readonly limit: number;
}

/**
 * Reads all facts of one kind in the journal, without taking them. Rejects with DEPENDENCY_UNAVAILABLE if there are more
 * than `limit`, or if Redis is unavailable. A fact that is stored during the read may be missed: read the table
 * afterwards.
 */
export function createFactReader<F extends FactDefinition>(
  fact: F,
  { redis, keys, stream, limit }: FactReaderOptions,
): () => Promise<JournalFacts<F>> {
  const key = stream === 'dead' ? deadLetterStreamOf(keys, fact) : streamOf(keys, fact);
  const readEntry = entryReader(fact);
  const assertWithinLimit = (count: number): void => {
    if (count > limit) throw new Error(`At least ${count} facts are in ${key}; ${limit} can be read.`);
  };

  const read = async (): Promise<JournalFacts<F>> => {
    assertWithinLimit(await redis.xlen(key));
    const facts: FactOf<F>[] = [];
    const unreadable: string[] = [];
    for (let from = '-'; ; ) {
      const page = await redis.xrange(key, from, '+', 'COUNT', pageSize);
      for (const entry of page.map(readEntry)) {
        if (entry.fact === undefined) unreadable.push(entry.text);
        else facts.push(entry.fact);
      }
      assertWithinLimit(facts.length + unreadable.length);
      const last = page.at(-1);
      if (!last || page.length < pageSize) return { facts, unreadable };
      from = `(${last[0]}`;
    }
  };
  return () => orUnavailable('redis (journal)', read());
}
