import { setTimeout as wait } from 'node:timers/promises';
import type { FactDefinition, FactOf } from '@valuecanvas/contracts-core';
import { type Entry, isReadable, type ReadableEntry } from './entries.ts';
import type { FactStream } from './fact-stream.ts';
import { storeBatch } from './store-batch.ts';

/** Delay between attempts while facts cannot be stored, or Redis cannot be read. */
export const retryDelayMs = 500;

/**
 * Stores a batch, keeps dead letters of the facts that can never be stored, and only then removes the batch from the stream.
 * Retries while the store is unavailable; during a stop it leaves an unstored batch to another process.
 */
export function batchHandler<F extends FactDefinition>(
  stream: FactStream,
  options: {
    readonly store: (facts: readonly FactOf<F>[]) => Promise<void>;
    readonly isTemporary: (error: unknown) => boolean;
    readonly onError: (error: unknown) => void;
    readonly onDeadLetter?: (text: string) => void;
    readonly stopping: () => boolean;
  },
): (entries: readonly Entry<F>[]) => Promise<void> {
  const deadLetter = async ({ text }: Entry<F>): Promise<void> => {
    await stream.deadLetter(text);
    options.onDeadLetter?.(text);
  };

  /** A dead letter leaves `waiting` at once, so that a retry does not write it again. */
  const attempt = (waiting: Set<ReadableEntry<F>>): Promise<void> =>
    storeBatch([...waiting], {
      store: (batch) => options.store(batch.map(({ fact }) => fact)),
      isTemporary: options.isTemporary,
      async onRefused(entry, error) {
        options.onError(error);
        await deadLetter(entry);
        waiting.delete(entry);
      },
    });

  const storeAll = async (waiting: Set<ReadableEntry<F>>): Promise<boolean> => {
    for (;;) {
      try {
        await attempt(waiting);
        return true;
      } catch (error) {
        options.onError(error);
        if (options.stopping()) return false;
        await wait(retryDelayMs);
      }
    }
  };

  return async (entries) => {
    for (const entry of entries) {
      if (!isReadable(entry) && entry.text !== '') await deadLetter(entry);
    }
    if (await storeAll(new Set(entries.filter((entry) => isReadable(entry))))) {
      await stream.settle(entries.map(({ id }) => id));
    }
  };
}
