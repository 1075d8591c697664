import { AppError, type FactDefinition, type FactOf } from '@valuecanvas/contracts-core';
import type { Keys, Redis } from '@valuecanvas/redis';
import { factField, streamOf } from './streams.ts';

/** Where facts are recorded that must not be lost. */
export interface Journal<F extends FactDefinition> {
  /**
   * Resolves when Redis has the fact. Throws DEPENDENCY_UNAVAILABLE where Redis is away. It is never refused for want
   * of room: what has happened must be told, so whoever is about to make it happen asks `assertRoom` first.
   */
  record(fact: FactOf<F>): Promise<void>;
  /** Throws OVERLOADED where `maxLength` facts wait, and DEPENDENCY_UNAVAILABLE where Redis is away. */
  assertRoom(): Promise<void>;
}

/** A journal of one kind of fact, at most `maxLength` of which may wait. */
export function createJournal<F extends FactDefinition>(
  definition: F,
  options: { readonly redis: Redis; readonly keys: Keys; readonly maxLength: number },
): Journal<F> {
  const stream = streamOf(options.keys, definition);

  const assertRoom = async (): Promise<void> => {
    const waiting = await orUnavailable(options.redis.xlen(stream));
    if (waiting < options.maxLength) return;
    throw new AppError('OVERLOADED', {
      internal: `${waiting} facts wait in ${stream}`,
      retryAfterSeconds: 5,
    });
  };

  return {
    assertRoom,
    async record(fact) {
      await orUnavailable(options.redis.xadd(stream, '*', factField, JSON.stringify(fact)));
    },
  };
}

async function orUnavailable<T>(command: Promise<T>): Promise<T> {
  try {
    return await command;
  } catch (cause) {
    throw new AppError('DEPENDENCY_UNAVAILABLE', {
      cause,
      internal: 'redis (journal)',
      retryAfterSeconds: 2,
    });
  }
}
