import type { JobDefinition } from '@valuecanvas/contracts-core';
import { type JobName, jobCatalogue } from '@valuecanvas/contracts-job-worker';
import { v5 as uuidv5 } from 'uuid';
import type { Dispatch } from '../jobs/dispatch.ts';
import type { SweepStore } from './sweep.store.ts';

/** Namespace of the ids of scheduled jobs. */
const namespace = '6f0c7b2e-4d5a-5b8e-9a57-1d8f0a1c9b33';

/**
 * Submits each scheduled job of the catalogue once per interval. Its id derives from its name and the interval, so that any
 * number of replicas store one row. Intervals in which no replica ran are skipped.
 */
export function createSchedule(parts: {
  readonly store: Pick<SweepStore, 'insertScheduled'>;
  readonly dispatch: Dispatch;
  readonly now: () => number;
}): () => Promise<void> {
  const { store, dispatch, now } = parts;
  const latest = new Map<JobName, number>();
  const definitions: readonly (JobDefinition & { readonly name: JobName })[] = Object.values(jobCatalogue);

  return async () => {
    for (const { name, schedule } of definitions) {
      if (!schedule) continue;
      const interval = Math.floor(now() / schedule.everyMs);
      if (latest.get(name) === interval) continue;
      const id = uuidv5(`${name}/${schedule.everyMs}/${interval}`, namespace);
      const isNew = await store.insertScheduled(id, name);
      latest.set(name, interval);
      if (isNew) await dispatch([{ id, type: name, priority: 0, traceContext: {} }]);
    }
  };
}
