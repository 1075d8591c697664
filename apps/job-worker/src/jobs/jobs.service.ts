import {
  type AcceptedJob,
  AppError,
  acceptedJob,
  type ListPage,
  mapPage,
  type PageRequest,
  type UserPrincipal,
} from '@valuecanvas/contracts-core';
import type {
  AcceptedBatch,
  Batch,
  Job,
  JobResult,
  OwnJob,
  SubmitJobRequest,
} from '@valuecanvas/contracts-job-worker';
import type { BeforeCommit, Transaction } from '@valuecanvas/postgres';
import type { Logger } from '@valuecanvas/service-kit';
import { v7 as uuidv7 } from 'uuid';
import type { Dispatch } from './dispatch.ts';
import { toBatch, toJob, toJobResult, toOwnJob } from './job-view.ts';
import type { JobsStore, NewJob } from './jobs.store.ts';
import type { TakeBack } from './take-back.ts';

/** The submitter, and the trace that the work will continue. */
export interface Submission {
  readonly owner: UserPrincipal;
  readonly traceContext: Readonly<Record<string, string>>;
  /** Header `cache-control` of the submission, for the calls of models. */
  readonly cacheControl?: string | undefined;
}

/** Submissions run `beforeCommit` in the transaction that stores the jobs and return its result. */
export interface JobsService {
  submit<T>(
    submission: Submission,
    request: SubmitJobRequest,
    beforeCommit: BeforeCommit<AcceptedJob, T>,
  ): Promise<T>;
  /** Stores all of the jobs or none. */
  submitBatch<T>(
    submission: Submission,
    requests: readonly SubmitJobRequest[],
    beforeCommit: BeforeCommit<AcceptedBatch, T>,
  ): Promise<T>;
  /** Newest first. */
  list(owner: UserPrincipal, page: PageRequest): Promise<ListPage<OwnJob>>;
  /** Throws NOT_FOUND, as do the next two. */
  status(owner: UserPrincipal, jobId: string): Promise<Job>;
  result(owner: UserPrincipal, jobId: string): Promise<JobResult>;
  /** Throws CONFLICT if the job has ended. */
  cancel(owner: UserPrincipal, jobId: string): Promise<Job>;
  /** Throws NOT_FOUND, as does the next one. */
  batch(owner: UserPrincipal, batchId: string): Promise<Batch>;
  /** Cancels the jobs that have not ended. */
  cancelBatch(owner: UserPrincipal, batchId: string): Promise<Batch>;
}

export function createJobsService(parts: {
  readonly store: JobsStore;
  readonly dispatch: Dispatch;
  readonly takeBack: TakeBack;
  readonly log: Logger;
}): JobsService {
  const { store, takeBack, log } = parts;

  const accept = async <T>(
    owner: UserPrincipal,
    jobs: readonly NewJob[],
    batchId: string | null,
    beforeCommit: (transaction: Transaction) => Promise<T>,
  ): Promise<T> => {
    const accepted = await store.insert(owner, jobs, batchId, beforeCommit);
    // The rows are the truth and the sweeper acts on them, so a request succeeds without Redis.
    await parts
      .dispatch(jobs)
      .catch((err: unknown) =>
        log.warn({ err }, 'queue: unavailable, the sweeper will queue the stored jobs'),
      );
    return accepted;
  };

  return {
    async submit(submission, request, beforeCommit) {
      const job = toNewJob(request, submission);
      return accept(submission.owner, [job], null, (tx) => beforeCommit(tx, acceptedJob(job.id)));
    },

    async submitBatch(submission, requests, beforeCommit) {
      const batchId = uuidv7();
      const jobs = requests.map((request) => toNewJob(request, submission));
      const accepted: AcceptedBatch = {
        batchId,
        jobs: jobs.map(({ id }) => acceptedJob(id)),
      };
      return accept(submission.owner, jobs, batchId, (tx) => beforeCommit(tx, accepted));
    },

    list: async (owner, page) => mapPage(await store.list(owner, page), toOwnJob),

    async status(owner, jobId) {
      return toJob(found(await store.find(owner, jobId)));
    },

    async result(owner, jobId) {
      return toJobResult(found(await store.findResult(owner, jobId)));
    },

    async cancel(owner, jobId) {
      const { job, stopped } = found(await store.cancel(owner, jobId));
      if (!stopped) throw new AppError('CONFLICT', { message: `The job has already ended: ${job.status}.` });
      await takeBack([job]);
      return toJob(job);
    },

    async batch(owner, batchId) {
      return toBatch(batchId, await store.findBatch(owner, batchId));
    },

    async cancelBatch(owner, batchId) {
      const { stopped, jobs } = await store.cancelBatch(owner, batchId);
      const batch = toBatch(batchId, jobs);
      await takeBack(stopped);
      return batch;
    },
  };
}

function toNewJob(request: SubmitJobRequest, { traceContext, cacheControl }: Submission): NewJob {
  const { type, priority = 0, metadata = {}, ...fields } = request;
  const payload = { ...fields, ...(cacheControl === undefined ? {} : { cacheControl }) };
  return { id: uuidv7(), type, payload, priority, metadata, traceContext };
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new AppError('NOT_FOUND');
  return value;
}
