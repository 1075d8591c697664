import type { CallContext, JobDefinition, PayloadOf } from '@valuecanvas/contracts-core';
import type { jobCatalogue } from '@valuecanvas/contracts-job-worker';
import type { Kysely } from 'kysely';
import type { Database } from '../db.ts';

/**
 * Context of the calls of an attempt. The principal is the user who submitted the job, with the tier of the submission.
 * For a job of the platform it is the service itself. `attempt` counts from 1, again after each of the `redrives`.
 */
export type JobCall = CallContext & {
  readonly jobId: string;
  readonly attempt: number;
  readonly redrives: number;
};

/** Writes the effect of a job in the transaction that ends the job: both are stored or neither. */
export type StoreEffect = (transaction: Kysely<Database>) => Promise<void>;

/** Does the work of one attempt. Throws AppError if it fails. */
export type RunJob<J extends JobDefinition> = (
  payload: PayloadOf<J>,
  call: JobCall,
) => Promise<StoreEffect | undefined>;

/** The functions that do the work, one for each kind of the catalogue. */
export type JobKinds = { readonly [N in keyof typeof jobCatalogue]: RunJob<(typeof jobCatalogue)[N]> };
