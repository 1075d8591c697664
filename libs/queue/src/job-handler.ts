import type { JobDefinition, PayloadOf } from '@valuecanvas/contracts-core';

/** One attempt at a job, as its handler sees it. */
export interface JobContext {
  readonly jobId: string;
  /** From 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Aborts when the time is over, the job is cancelled or the worker must stop: `interruptionOf` tells which. */
  readonly signal: AbortSignal;
  /** Milliseconds left for this attempt; never negative. */
  remainingMs(): number;
}

/** A job's definition with the function that does it. */
export interface JobHandler {
  readonly definition: JobDefinition;
  readonly run: (payload: never, context: JobContext) => Promise<void>;
}

/**
 * Binds a handler to its job. It may be run twice, or by two workers at once, and must then have one effect.
 * Resolving ends the job; PermanentFailure ends it too; any other error has it tried again while attempts are left.
 */
export function handleJob<J extends JobDefinition>(
  definition: J,
  run: (payload: PayloadOf<J>, context: JobContext) => Promise<void>,
): JobHandler {
  return { definition, run };
}
