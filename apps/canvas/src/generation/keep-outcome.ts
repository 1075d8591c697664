import {
  AppError,
  type DownstreamKeys,
  type FactDefinition,
  type FactOf,
  type UserCall,
} from '@valuecanvas/contracts-core';
import type { Journal } from '@valuecanvas/journal';
import type { BeforeCommit } from '@valuecanvas/postgres';
import { forever, type RetryPolicy, retry } from '@valuecanvas/resilience';

/**
 * Stores the outcome of a model call in place of its reservation, and passes what was stored to `beforeCommit`. While
 * PostgreSQL cannot store it, the outcome is kept in the journal, and storing it is repeated until the call's deadline. Then
 * throws DEPENDENCY_UNAVAILABLE, and the outcome is stored later.
 */
export type KeepOutcome<F extends FactDefinition, V> = <T>(
  call: UserCall & DownstreamKeys,
  outcome: FactOf<F>,
  beforeCommit: BeforeCommit<V, T>,
) => Promise<T>;

/** Stores an outcome in place of its reservation, unless that has been done already. */
export type StoreOutcome<F extends FactDefinition, V> = <T>(
  call: UserCall,
  outcome: FactOf<F>,
  beforeCommit: BeforeCommit<V, T>,
) => Promise<T>;

const whileUnavailable: RetryPolicy = {
  delaysMs: { [Symbol.iterator]: () => forever(500) },
  isRetryable: isUnavailable,
};

export function createKeepOutcome<F extends FactDefinition, V>(dependencies: {
  readonly store: StoreOutcome<F, V>;
  readonly journal: Pick<Journal<F>, 'record'>;
  /** Message for the user whose outcome is stored later. */
  readonly storedLater: string;
  /** Receives the error if the journal could not keep an outcome either. */
  readonly onLost: (error: unknown) => void;
}): KeepOutcome<F, V> {
  const { store, journal, storedLater, onLost } = dependencies;
  return async (call, outcome, beforeCommit) => {
    const attempt = () => store(call, outcome, beforeCommit);
    try {
      return await attempt();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
    }
    const isKept = await journal.record(outcome).then(
      () => true,
      (error: unknown) => {
        onLost(error);
        return false;
      },
    );
    try {
      return await retry(attempt, whileUnavailable, call);
    } catch (error) {
      if (!isKept || !isUnavailable(error)) throw error;
      // Without an idempotency key, a repetition would ask the model again.
      const retryHelps = call.downstreamKey('') !== undefined;
      throw new AppError('DEPENDENCY_UNAVAILABLE', {
        message: storedLater,
        internal: 'postgres',
        retryHelps,
        cause: error,
      });
    }
  };
}

function isUnavailable(error: unknown): boolean {
  return error instanceof AppError && error.code === 'DEPENDENCY_UNAVAILABLE';
}
