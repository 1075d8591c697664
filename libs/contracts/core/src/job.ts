import Type, { type Static, type TObject } from 'typebox';
import * as field from './fields.ts';

/** Definition of a kind of background job, used by submission, queue, sweeper and worker. */
export interface JobDefinition {
  /** Name in lower snake case. Stored with each job of the kind, and used as a metric label. */
  readonly name: string;
  readonly description: string;
  /** Schema of the payload. It is stored in the job's row, never in Redis. Make new fields optional: jobs outlive releases. */
  readonly payload: TObject;
  readonly attempts: number;
  /** Delay before the second attempt. Doubles with each further one. */
  readonly backoffMs: number;
  /** Timeout of one attempt. */
  readonly timeoutMs: number;
  /** Present if an attempt waits for a model. Its timeout is then longer than `LLM_DEADLINE` in any case. */
  readonly waitsForModel?: true;
  /** Time after the submission for which a job waits for unavailable dependencies, without using up attempts. */
  readonly maxWaitMs: number;
  /** Days for which a finished job and its result are kept, at least 2. */
  readonly retentionDays: number;
  /** Present if the platform submits the job itself, once per interval regardless of the number of replicas. */
  readonly schedule?: { readonly everyMs: number };
}

/** Returns its argument, and keeps the type of the payload. */
export function defineJob<const J extends JobDefinition>(job: J): J {
  return job;
}

export type PayloadOf<J extends JobDefinition> = Static<J['payload']>;

/** A user's job that was stored, and that workers will run. Any service can submit one. */
export const AcceptedJob = Type.Object(
  {
    jobId: field.uuid('Id of the job.'),
    status: Type.Literal('queued', { description: 'Always queued.' }),
    statusUrl: Type.String({ description: 'URL of the job’s status.' }),
  },
  { title: 'AcceptedJob', description: 'A job that was accepted.' },
);
export type AcceptedJob = Static<typeof AcceptedJob>;

/** Request header of a route whose work a job can do. The handler asks `call.prefers('respond-async')`. */
export const preferHeader = {
  prefer: Type.String({
    description: 'respond-async lets a background job do the work. The reply is 202 with the job.',
  }),
};

/** Returns the URL of a job's status, which the job worker serves. */
export function jobStatusUrl(jobId: string): string {
  return `/api/queue/llm/${jobId}`;
}

/** Returns the reply to the submission of a job. */
export function acceptedJob(jobId: string): AcceptedJob {
  return { jobId, status: 'queued', statusUrl: jobStatusUrl(jobId) };
}

/** Job definitions by name. */
export type JobCatalogue<J extends readonly JobDefinition[]> = {
  readonly [D in J[number] as D['name']]: D;
};

/** Collects definitions in a catalogue. Throws if two of them have the same name. */
export function defineJobs<const J extends readonly JobDefinition[]>(...jobs: J): JobCatalogue<J> {
  const names = new Set(jobs.map(({ name }) => name));
  if (names.size < jobs.length) throw new Error('Two jobs of a catalogue have the same name.');
  return Object.fromEntries(jobs.map((job) => [job.name, job])) as unknown as JobCatalogue<J>;
}
