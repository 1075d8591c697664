import type { Producer } from '@valuecanvas/queue';
import type { Dispatch } from '../jobs/dispatch.ts';
import type { SweepStore } from './sweep.store.ts';

/**
 * Repairs what a crash, a lost message or a lost Redis left behind: jobs of any kind that are stored but not queued, and
 * running jobs whose worker missed their cancellation.
 */
export function createSweep(parts: {
  readonly store: Pick<SweepStore, 'findForgotten' | 'findCancelled'>;
  readonly dispatch: Dispatch;
  readonly producer: Pick<Producer, 'abort'>;
  /** Receives the number of queued jobs, if it is not zero. */
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
