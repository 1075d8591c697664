import { setTimeout as wait } from 'node:timers/promises';
import { ProviderError, wasCalled } from '../providers/provider-error.ts';
import type { ProviderLine } from '../routing/provider-line.ts';
import type { RetryDelay } from '../routing/retry.ts';
import { type Attempt, newAttempt } from './attempt.ts';
import { toAppError } from './failover-error.ts';
import type { Prepared } from './prepare.ts';
import type { Reservation } from './reservation.ts';
import type { CallWatch, CompletionWatch } from './watch.ts';

export interface Served<T> {
  readonly served: T;
  readonly attempt: Attempt;
  readonly callWatch: CallWatch;
  /** Start of the first attempt, on the monotonic clock. */
  readonly askedAt: number;
}

/** Calls one provider once. Throws ProviderError. */
export type Ask<T> = (line: ProviderLine, attempt: Attempt) => Promise<T>;

export interface AttemptDependencies {
  readonly retryDelay: RetryDelay;
  readonly watch: CompletionWatch;
  /** Creates row ids (UUIDv7). */
  readonly newId: () => string;
}

/** Failures after which no other provider is tried. */
const final = new Set<ProviderError['fault']>(['caller', 'cancelled']);

/**
 * Tries the candidates in order, with retries where they help, until one serves the request. Books every provider call.
 * Throws the error that summarises the failures, with nothing left reserved.
 */
export function createTryInTurn({ retryDelay, watch, newId }: AttemptDependencies) {
  return async function tryInTurn<T>(
    prepared: Prepared,
    first: Attempt,
    reservation: Reservation,
    ask: Ask<T>,
  ): Promise<Served<T>> {
    const { call, body } = prepared.request;
    const askedAt = performance.now();
    const stepAfter = createSteps(prepared, first, { retryDelay, newId });
    const failures: ProviderError[] = [];
    let attempt: Attempt = { ...first, startedAt: askedAt };
    for (;;) {
      const callWatch = watch.calling(prepared.request, attempt);
      try {
        const served = await callWatch.within(() => ask(attempt.candidate.line, attempt));
        return { served, attempt, callWatch, askedAt };
      } catch (cause) {
        const error = cause instanceof ProviderError ? cause : unexpected(cause, attempt);
        failures.push(error);
        callWatch.failed(error);
        const step = cause === error ? stepAfter(error, attempt) : undefined;
        const goesOn = await reservation.failed(attempt, error, step?.next);
        if (cause !== error) throw cause;
        if (!step || !goesOn) throw toAppError(failures, { model: body.model, signal: call.signal });
        watch.again(attempt, step.next, error);
        if (step.delayMs > 0) await pause(step.delayMs, call.signal);
        attempt = { ...step.next, startedAt: performance.now() };
      }
    }
  };
}

interface Step {
  readonly next: Attempt;
  readonly delayMs: number;
}

/** Decides after a failure: retry the same provider, try the next one, or stop. */
function createSteps(
  { request, candidates }: Prepared,
  first: Attempt,
  { retryDelay, newId }: Omit<AttemptDependencies, 'watch'>,
) {
  const { call } = request;
  const later = candidates.slice(candidates.indexOf(first.candidate) + 1);
  let attempts = 0;
  return (error: ProviderError, failed: Attempt): Step | undefined => {
    attempts += 1;
    if (final.has(error.fault) || call.signal.aborted) return undefined;
    const delayMs = retryDelay(error, { attempts, remainingMs: call.remainingMs() });
    // The row of a provider that was not called passes to the next attempt.
    const id = wasCalled(error) ? newId() : failed.id;
    if (delayMs !== undefined) return { next: newAttempt(failed.candidate, id, failed.asFallback), delayMs };
    const candidate = later.shift();
    attempts = 0;
    return candidate && { next: newAttempt(candidate, id, true), delayMs: 0 };
  };
}

/** Wraps a defect of this code: whether the provider did any work is unknown. */
function unexpected(cause: unknown, { candidate }: Attempt): ProviderError {
  return new ProviderError('bad_response', candidate.line.provider.id, 'unexpected', {
    cause,
    billed: 'maybe',
  });
}

/** Waits before a retry. The next attempt notices a disconnected caller. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}
