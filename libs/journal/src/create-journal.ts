import { AppError, type FactDefinition, type FactOf, orUnavailable } from '@valuecanvas/contracts-core';
import type { Keys, Redis } from '@valuecanvas/redis';
import { factField, streamOf } from './streams.ts';

/** A journal of facts that must not be lost. */
export interface Journal<F extends FactDefinition> {
  /**
   * Resolves when Redis has the fact. Throws DEPENDENCY_UNAVAILABLE if Redis is unavailable. A full journal does not
   * refuse it, because the event has already happened: check `assertRoom` before causing the event.
   */
  record(fact: FactOf<F>): Promise<void>;
  /** Throws OVERLOADED if `maxLength` facts wait, and DEPENDENCY_UNAVAILABLE if Redis is unavailable. */
  assertRoom(): Promise<void>;
}

const dependency = 'redis (journal)';

/** Creates a journal for one kind of fact. At most `maxLength` facts may wait. */
export function createJournal<F extends FactDefinition>(
  definition: F,
  options: { readonly redis: Redis; readonly keys: Keys; readonly maxLength: number },
): Journal<F> {
  const stream = streamOf(options.keys, definition);
  return {
    async assertRoom() {
      const waiting = await orUnavailable(dependency, options.redis.xlen(stream));
      if (waiting < options.maxLength) return;
      throw new AppError('OVERLOADED', {
        internal: `${waiting} facts wait in ${stream}`,
        retryAfterSeconds: 5,
      });
    },
    async record(fact) {
      await orUnavailable(dependency, options.redis.xadd(stream, '*', factField, JSON.stringify(fact)));
    },
  };
}
