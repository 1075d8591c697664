import type { Producer } from '@valuecanvas/queue';
import type { Dispatch } from '../jobs/dispatch.ts';
import type { SweepStore } from './sweep.store.ts';

/**
 * Mends what a crash, a lost message or a lost Redis left behind: jobs that are stored but not queued, and jobs at work
 * whose worker missed that they are cancelled.
 */
export function createSweep(parts: {
  readonly store: SweepStore;
  readonly dispatch: Dispatch;
  readonly producer: Pick<Producer, 'abort'>;
  /** Told of how many jobs were queued, where there were any. */
  readonly onQueued: (count: number) => void;
}): () => Promise<void> {
  const { store, dispatch, producer } = parts;
  return async () => {
    const forgotten = await store.findForgotten();
    await dispatch(forgotten);
    if (forgotten.length > 0) parts.onQueued(forgotten.length);
    for (const id of await store.findCancelled()) await producer.abort(id);
  };
}
