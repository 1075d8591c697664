import { AppError, type FactDefinition, type FactOf } from '@valuecanvas/contracts-core';
import type { Keys, Redis } from '@valuecanvas/redis';
import { Compile } from 'typebox/compile';

const pageSize = 1_000;

/** Facts as a stream of the journal holds them. */
export interface WaitingFacts<F extends FactDefinition> {
  /** Oldest first. */
  readonly facts: readonly FactOf<F>[];
  /** Texts that are no such fact. */
  readonly unreadable: readonly string[];
}

export interface WaitingFactsOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  /** Which of the two streams: what is still to be stored, or what can never be. */
  readonly stream: 'waiting' | 'dead';
  /** Most facts that are read. */
  readonly limit: number;
}

/**
 * Reads all facts of one kind that lie in the journal. Rejects with DEPENDENCY_UNAVAILABLE where there are more than
 * `limit`, or where Redis is away. What is stored while this reads may be missed: look into the table afterwards.
 */
export function openWaitingFacts<F extends FactDefinition>(
  fact: F,
  { redis, keys, stream, limit }: WaitingFactsOptions,
): () => Promise<WaitingFacts<F>> {
  const key = stream === 'dead' ? keys('journal', fact.name, 'dead') : keys('journal', fact.name);
  const validator = Compile(fact.schema);
  const assertWithin = (count: number): void => {
    if (count > limit) unavailable(new Error(`${count} facts or more lie in ${key}`));
  };

  return async () => {
    assertWithin(await redis.xlen(key).catch(unavailable));
    const facts: FactOf<F>[] = [];
    const unreadable: string[] = [];
    for (let from = '-'; ; ) {
      const page = await redis.xrange(key, from, '+', 'COUNT', pageSize).catch(unavailable);
      for (const [, [, text = '']] of page) {
        const value = parse(text);
        if (validator.Check(value)) facts.push(value as FactOf<F>);
        else unreadable.push(text);
      }
      assertWithin(facts.length + unreadable.length);
      const last = page.at(-1);
      if (!last || page.length < pageSize) return { facts, unreadable };
      from = `(${last[0]}`;
    }
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unavailable(cause: unknown): never {
  throw new AppError('DEPENDENCY_UNAVAILABLE', { cause, internal: 'redis (journal)', retryAfterSeconds: 2 });
}
