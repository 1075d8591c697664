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
  /** When the first provider was asked, by the monotonic clock. */
  readonly askedAt: number;
}

/** Asks one provider once; throws ProviderError. */
export type Ask<T> = (line: ProviderLine, attempt: Attempt) => Promise<T>;

export interface AttemptDependencies {
  readonly retryDelay: RetryDelay;
  readonly watch: CompletionWatch;
  /** Ids of rows: UUIDv7. */
  readonly newId: () => string;
}

/** After which nobody else is asked. */
const final = new Set<ProviderError['fault']>(['caller', 'cancelled']);

/**
 * Tries the candidates in turn, each again where that helps, until one serves. Every call of a provider is booked.
 * Throws what the failures add up to, with nothing left reserved.
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

/** What comes after a failure: the same provider once more, the next one, or nothing. */
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
    // A provider that was not called leaves its row to the next one.
    const id = wasCalled(error) ? newId() : failed.id;
    if (delayMs !== undefined) return { next: newAttempt(failed.candidate, id, failed.asFallback), delayMs };
    const candidate = later.shift();
    attempts = 0;
    return candidate && { next: newAttempt(candidate, id, true), delayMs: 0 };
  };
}

/** A defect of ours: whether the provider did any work is not known. */
function unexpected(cause: unknown, { candidate }: Attempt): ProviderError {
  return new ProviderError('bad_response', candidate.line.provider.id, 'unexpected', {
    cause,
    billed: 'maybe',
  });
}

/** A caller who leaves meanwhile is noticed by the next attempt. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}
