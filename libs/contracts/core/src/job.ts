import type { Static, TObject } from 'typebox';

/** A kind of background work, described once: its row names it, and submission, queue, sweeper and worker read this. */
export interface JobDefinition {
  /** Lower snake case. Stored with each job of the kind, and a metric label. */
  readonly name: string;
  readonly description: string;
  /** Stored in the job's row and never in Redis. New fields must be optional, as jobs outlive releases. */
  readonly payload: TObject;
  readonly attempts: number;
  /** Delay before the second attempt. Doubles with each further one. */
  readonly backoffMs: number;
  /** Timeout of one attempt. */
  readonly timeoutMs: number;
  /** Days for which a finished job and its result are kept: 2 at least. */
  readonly retentionDays: number;
  /** Present where the platform submits the job itself, once per interval whatever the number of replicas. */
  readonly schedule?: { readonly everyMs: number };
}

/** Returns its argument; keeps the payload's type. */
export function defineJob<const J extends JobDefinition>(job: J): J {
  return job;
}

export type PayloadOf<J extends JobDefinition> = Static<J['payload']>;

/** Kinds of jobs by their names. */
export type JobCatalogue<J extends readonly JobDefinition[]> = {
  readonly [D in J[number] as D['name']]: D;
};

/** Collects definitions in a catalogue. Throws where two of them share a name. */
export function defineJobs<const J extends readonly JobDefinition[]>(...jobs: J): JobCatalogue<J> {
  const names = new Set(jobs.map(({ name }) => name));
  if (names.size < jobs.length) throw new Error('Two jobs of a catalogue have the same name.');
  return Object.fromEntries(jobs.map((job) => [job.name, job])) as unknown as JobCatalogue<J>;
}
