import { setTimeout as wait } from 'node:timers/promises';
import type { JobDefinition } from '@valuecanvas/contracts-core';
import { Interruption } from './failures.ts';

/** One attempt at a job. */
export interface Attempt {
  readonly jobId: string;
  /** Counts from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
}

/** One attempt at a job, as its handler sees it. */
export interface JobContext extends Attempt {
  /** Aborts at the timeout, when the job is cancelled, or when the worker stops: `interruptionOf` tells which. */
  readonly signal: AbortSignal;
  /** Milliseconds until the timeout of this attempt; never negative. */
  remainingMs(): number;
}

/**
 * A kind of job with the function that does it. The function can run twice, or in two workers at once, and must then have one
 * effect. Resolving ends the job, and so does PermanentFailure. Any other error leads to another attempt while there are any.
 */
export interface JobHandler {
  readonly definition: JobDefinition;
  readonly run: (context: JobContext) => Promise<void>;
}

/** Time that a handler has, once its signal is aborted, to record its end. The host then stops waiting for it. */
export const settleMs = 5_000;

/**
 * Runs a handler once, within its definition's timeout. Throws what the handler throws, or the signal's Interruption where the
 * handler ignores that.
 */
export async function runAttempt(
  { definition, run }: JobHandler,
  attempt: Attempt,
  abort: AbortController,
): Promise<void> {
  const endsAt = performance.now() + definition.timeoutMs;
  const timer = setTimeout(() => abort.abort(new Interruption('timed out')), definition.timeoutMs);
  const context = {
    ...attempt,
    signal: abort.signal,
    remainingMs: () => Math.max(0, endsAt - performance.now()),
  };
  const done = new AbortController();
  try {
    await Promise.race([run(context), leftBehind(abort.signal, done.signal)]);
  } finally {
    clearTimeout(timer);
    done.abort();
  }
}

/** Rejects some time after the signal was aborted, unless the attempt is done before. */
async function leftBehind(signal: AbortSignal, done: AbortSignal): Promise<never> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const options = { once: true, signal: done };
  if (signal.aborted) resolve();
  signal.addEventListener('abort', () => resolve(), options);
  await promise;
  await wait(settleMs, undefined, { signal: done }).catch(() => undefined);
  throw signal.reason;
}
