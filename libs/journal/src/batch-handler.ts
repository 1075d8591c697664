import { setTimeout as wait } from 'node:timers/promises';
import type { FactDefinition, FactOf } from '@valuecanvas/contracts-core';
import { type Entry, isReadable, type ReadableEntry } from './entries.ts';
import type { FactStream } from './fact-stream.ts';
import { storeBatch } from './store-batch.ts';

/** Milliseconds between attempts while facts cannot be stored, or Redis cannot be asked. */
export const retryPauseMs = 500;

/**
 * Sees a batch through: stores it, lays aside what can never be stored, and only then removes it from the stream.
 * While nothing can be stored it tries again; told to stop, it leaves the batch to whoever takes over.
 */
export function batchHandler<F extends FactDefinition>(
  stream: FactStream,
  options: {
    readonly store: (facts: readonly FactOf<F>[]) => Promise<void>;
    readonly isTemporary: (error: unknown) => boolean;
    readonly onError: (error: unknown) => void;
    readonly onDead?: (text: string) => void;
    readonly stopping: () => boolean;
  },
): (entries: readonly Entry<F>[]) => Promise<void> {
  const layAside = async ({ text }: Entry<F>): Promise<void> => {
    await stream.layAside(text);
    options.onDead?.(text);
  };

  /** What is laid aside leaves `waiting` at once, so that another attempt does not lay it aside again. */
  const attempt = (waiting: Set<ReadableEntry<F>>): Promise<void> =>
    storeBatch([...waiting], {
      store: (batch) => options.store(batch.map(({ fact }) => fact)),
      isTemporary: options.isTemporary,
      async onRefused(entry, error) {
        options.onError(error);
        await layAside(entry);
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
        await wait(retryPauseMs);
      }
    }
  };

  return async (entries) => {
    for (const entry of entries) {
      if (!isReadable(entry) && entry.text !== '') await layAside(entry);
    }
    if (await storeAll(new Set(entries.filter((entry) => isReadable(entry))))) {
      await stream.settle(entries.map(({ id }) => id));
    }
  };
}
