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
  /** Aborts at the timeout, when the job is cancelled, or when the worker stops. `interruptionOf` returns which. */
  readonly signal: AbortSignal;
  /** Milliseconds until the timeout of this attempt; never negative. */
  remainingMs(): number;
}

/**
 * A kind of job with its handler. The handler can run twice, or in two workers at once, and must then have one effect.
 * Resolving ends the job, and so does PermanentFailure. Any other error leads to another attempt if one is left.
 */
export interface JobHandler {
  readonly definition: JobDefinition;
  readonly run: (context: JobContext) => Promise<void>;
}

/** Time for a handler to record its end after its signal has aborted. The host then stops waiting for it. */
export const settleMs = 5_000;

/**
 * Runs a handler once, within the timeout of its definition. Throws what the handler throws, or the signal's Interruption
 * if the handler ignores the signal.
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

/** Rejects after a grace period once the signal has aborted, unless the attempt ends first. */
async function leftBehind(signal: AbortSignal, done: AbortSignal): Promise<never> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const options = { once: true, signal: done };
  if (signal.aborted) resolve();
  signal.addEventListener('abort', () => resolve(), options);
  await promise;
  await wait(settleMs, undefined, { signal: done }).catch(() => undefined);
  throw signal.reason;
}
