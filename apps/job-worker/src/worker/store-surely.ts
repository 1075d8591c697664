import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '@valuecanvas/contracts-core';

/** Milliseconds between attempts while the database is away. */
const pauseMs = 500;

/**
 * Repeats a write while the database is away, until `signal` aborts: what a model gave has been paid for and exists
 * nowhere else. Only for writes that may happen twice.
 */
export async function storeSurely<T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      const away = error instanceof AppError && error.code === 'DEPENDENCY_UNAVAILABLE';
      if (!away || signal.aborted) throw error;
      await wait(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
