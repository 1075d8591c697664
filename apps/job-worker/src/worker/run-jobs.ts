import {
  AppError,
  type CallContext,
  type ErrorCode,
  headers,
  type JobDefinition,
  rolePermissions,
  type Tier,
  tiers,
} from '@valuecanvas/contracts-core';
import { customPrompt, jobWorkerContract, submitJob } from '@valuecanvas/contracts-job-worker';
import {
  interruptionOf,
  type JobContext,
  type JobHandler,
  PermanentFailure,
  Postponement,
} from '@valuecanvas/queue';
import { forever, lengthen, retry } from '@valuecanvas/resilience';
import { type Logger, nameActiveSpan } from '@valuecanvas/service-kit';
import Value from 'typebox/value';
import type { CatalogueJob } from '../kinds/job-definitions.ts';
import type { JobCall, JobKinds, StoreEffect } from '../kinds/job-kinds.ts';
import type { Attempt, AttemptsStore } from './attempts.store.ts';

/** The name under which the previous release queued every job. Jobs that it left in Redis run like the rest. */
const previousName = 'llm';

/**
 * Maximum number of attempts at a job whose worker is lost. It is higher than the number of counted attempts, because a lost
 * worker is rarely the job's fault. Because a failed job must not leave an effect behind, it then looks once for the stored
 * outcome of an earlier attempt.
 */
const maxLostAttempts = 10;

/** Pause between attempts to store an outcome while PostgreSQL is unavailable. */
const storePauseMs = 500;

/** Time for which a worker tries to store a failure. After that, the sweeper finds the job. */
const storeFailureMs = 60_000;

/** Delays of a job that waits for an unavailable dependency: doubling, with jitter. */
const postponement = { firstMs: 500, longestMs: 30_000, jitter: 0.2 } as const;

interface Kind {
  readonly definition: JobDefinition;
  readonly run: (payload: never, call: JobCall) => Promise<StoreEffect | undefined>;
}

/**
 * Handlers for every kind of the catalogue. The row, not the queue, decides what runs. Any number of runs have one effect
 * in the database: each raises the job's fence, and only the end of the latest one is stored.
 */
export function createJobHandlers(parts: {
  readonly kinds: JobKinds;
  readonly attempts: AttemptsStore;
  /** The catalogue, with the timeouts of this deployment. */
  readonly definitions: readonly CatalogueJob[];
  readonly log: Pick<Logger, 'info' | 'error'>;
}): JobHandler[] {
  const { attempts, definitions, log } = parts;
  const kinds = new Map(
    definitions.map((definition): [string, Kind] => [
      definition.name,
      { definition, run: parts.kinds[definition.name] },
    ]),
  );

  const work = async (kind: Kind, attempt: Attempt, context: JobContext): Promise<void> => {
    const effect = await effectOf(kind, attempt, context);
    const status = await storeOutcome(() => attempts.complete(attempt, effect), context.signal);
    logEnd(attempt, status ?? 'taken over');
  };

  const effectOf = async (
    kind: Kind,
    attempt: Attempt,
    context: JobContext,
  ): Promise<StoreEffect | undefined> => {
    const storedAnswerOnly = attempt.lost >= maxLostAttempts;
    // A look that loses its worker as well is not repeated.
    const mayLook = attempt.lost === maxLostAttempts && attempt.userId !== null;
    if (storedAnswerOnly && !mayLook) throw lostTooOften(attempt);
    const payload = payloadOf(kind.definition, attempt);
    try {
      return await kind.run(payload as never, { ...callOf(attempt, context), storedAnswerOnly });
    } catch (error) {
      const isAbsent = storedAnswerOnly && error instanceof AppError && error.code === 'NOT_FOUND';
      throw isAbsent ? lostTooOften(attempt) : error;
    }
  };

  /** Records the failure. Throws an error that tells the queue whether there will be another attempt. */
  const giveUp = async (kind: Kind, attempt: Attempt, error: unknown, context: JobContext): Promise<void> => {
    if (interruptionOf(context.signal) === 'stopping') {
      const released = await attempts.release(attempt);
      if (released === 'queued') throw error;
      return;
    }
    const failure = failureOf(error, context.signal);
    if (failure.code === 'INTERNAL_ERROR')
      log.error({ err: error, jobId: attempt.jobId }, 'worker: job failed unexpectedly');
    if (interruptionOf(context.signal) !== 'cancelled' && mayWait(kind.definition, attempt, failure)) {
      const status = await storeFailure(() => attempts.postpone(attempt, failure));
      logEnd(attempt, status ?? 'taken over', failure.code);
      if (status === 'delayed') throw new Postponement(postponementMs(attempt), failure);
      return;
    }
    const again = isRetryable(failure) && attempt.number < kind.definition.attempts;
    const status = await storeFailure(() => attempts.fail(attempt, again ? 'delayed' : 'failed', failure));
    logEnd(attempt, status ?? 'taken over', failure.code);
    if (status === 'delayed') throw failure;
    if (status === 'failed') throw new PermanentFailure(failure.code);
  };

  const logEnd = (attempt: Attempt, status: string, code?: string): void => {
    const { jobId, type, number } = attempt;
    const submittedBy = submittingRequest(attempt);
    const fields = {
      jobId,
      requestId: requestIdOf(attempt),
      ...(submittedBy === undefined ? {} : { submittedBy }),
      type,
      attempt: number,
      status,
      ...(code === undefined ? {} : { code }),
    };
    log.info(fields, 'worker: attempt ended');
  };

  const run = async (context: JobContext): Promise<void> => {
    const attempt = await attempts.claim(context.jobId, [...kinds.keys()]);
    const kind = attempt && kinds.get(attempt.type);
    if (!kind) return;
    nameActiveSpan(`job.${attempt.type}`, submittingRequest(attempt));
    await work(kind, attempt, context).catch((error: unknown) => giveUp(kind, attempt, error, context));
  };

  const previous = definitions
    .filter(({ name }) => name === customPrompt.name)
    .map((job) => ({ ...job, name: previousName }));
  return [...definitions, ...previous].map((definition) => ({ definition, run }));
}

/** The fields that the kind knows. Rows keep the whole submission, fields without effect included. */
function payloadOf({ name, payload: schema }: JobDefinition, { payload: stored }: Attempt): unknown {
  const payload = Value.Clean(schema, stored);
  if (Value.Check(schema, payload)) return payload;
  throw new AppError('VALIDATION_FAILED', { message: `The stored payload is not valid for a ${name} job.` });
}

function lostTooOften({ lost }: Attempt): AppError {
  return new AppError('INTERNAL_ERROR', {
    message: `The job was started ${lost} times, and its worker was lost each time.`,
    retryHelps: false,
  });
}

/** Spending of a user's job is recorded under the submitting operation. */
function callOf(attempt: Attempt, context: JobContext): Omit<JobCall, 'storedAnswerOnly'> {
  return {
    requestId: requestIdOf(attempt),
    ...identityOf(attempt),
    jobId: attempt.jobId,
    attempt: attempt.number,
    redrives: attempt.redrives,
    signal: context.signal,
    remainingMs: context.remainingMs,
  };
}

/** Returns the id under which an attempt calls other services. */
function requestIdOf({ jobId, fence }: Attempt): string {
  return `${jobId}.${fence}`;
}

/** Returns the ID of the request that submitted the job. Jobs of the platform have none. */
function submittingRequest({ traceContext }: Attempt): string | undefined {
  return (traceContext as Record<string, string>)[headers.requestId];
}

function identityOf({ userId, tier, type }: Attempt): Pick<CallContext, 'principal' | 'operation'> {
  if (userId === null) {
    return { principal: { kind: 'service', service: jobWorkerContract.service }, operation: `job.${type}` };
  }
  return {
    principal: { kind: 'user', userId, tier: tierOf(tier), role: 'user', permissions: rolePermissions.user },
    operation: submitJob.id,
  };
}

function tierOf(text: string | null): Tier {
  return tiers.find((tier) => tier === text) ?? 'free';
}

/**
 * Retries a write while PostgreSQL is unavailable, until `signal` aborts: a model's answer has been paid for and is stored
 * nowhere else. Use it only for idempotent writes.
 */
function retryWhileUnavailable<T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const isUnavailable = (error: unknown) =>
    error instanceof AppError && error.code === 'DEPENDENCY_UNAVAILABLE';
  return retry(write, { delaysMs: forever(storePauseMs), isRetryable: isUnavailable }, { signal });
}

/**
 * Stores the outcome of a finished attempt. If PostgreSQL is unavailable until the timeout, the job waits like for any other
 * dependency: the next attempt gets the same outcome from the service that did the work.
 */
async function storeOutcome<T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await retryWhileUnavailable(write, signal);
  } catch (cause) {
    throw interruptionOf(signal) === 'timed out' ? new OutcomeNotStored(cause) : cause;
  }
}

class OutcomeNotStored extends AppError {
  constructor(cause: unknown) {
    super('DEPENDENCY_UNAVAILABLE', { cause, internal: 'postgres' });
  }
}

/** Stores the end of a failed attempt, even if its own signal has aborted. */
const storeFailure = <T>(write: () => Promise<T>): Promise<T> =>
  retryWhileUnavailable(write, AbortSignal.timeout(storeFailureMs));

/** Failures that will end without the job's doing: an outage, and an earlier attempt that has not ended. */
const passing: readonly ErrorCode[] = ['DEPENDENCY_UNAVAILABLE', 'IDEMPOTENCY_IN_FLIGHT'];

/** An attempt with a passing failure does not count, until the job has waited long enough. */
function mayWait({ maxWaitMs }: JobDefinition, { submittedAt }: Attempt, failure: AppError): boolean {
  return passing.includes(failure.code) && Date.now() - submittedAt.getTime() < maxWaitMs;
}

/** Each claim raises the fence, so that the claims beyond the other attempts are earlier postponements. */
function postponementMs({ fence, number, lost }: Attempt): number {
  const doubled = postponement.firstMs * 2 ** Math.max(0, Number(fence) - number - lost);
  return Math.round(lengthen(Math.min(doubled, postponement.longestMs), postponement.jitter));
}

/** Error codes that may not recur at a later attempt. */
const retryableRefusals: readonly ErrorCode[] = [
  'RATE_LIMITED',
  'PROVIDER_RATE_LIMITED',
  'IDEMPOTENCY_IN_FLIGHT',
];

/** The failure of an attempt, with a message that its user may read. */
function failureOf(error: unknown, signal: AbortSignal): AppError {
  if (interruptionOf(signal) === 'timed out' && !(error instanceof OutcomeNotStored)) {
    return new AppError('DEADLINE_EXCEEDED', {
      message: 'The job did not finish within its timeout.',
      cause: error,
    });
  }
  return error instanceof AppError ? error : new AppError('INTERNAL_ERROR', { cause: error });
}

/** Returns true if another attempt can succeed. A refused request stays refused, but a failed dependency may recover. */
function isRetryable(failure: AppError): boolean {
  if (failure.status < 500) return retryableRefusals.includes(failure.code);
  return failure.retryHelps || failure.retryAfterSeconds !== undefined;
}
