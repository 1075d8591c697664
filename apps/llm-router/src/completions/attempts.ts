import { setTimeout as wait } from 'node:timers/promises';
import type { UserCall } from '@valuecanvas/contracts-core';
import { type Feature, type Features, featuresNamedBy } from '../providers/features.ts';
import { ProviderError, wasCalled } from '../providers/provider-error.ts';
import type { TransportCall } from '../providers/transport/transport.ts';
import type { ProviderClient } from '../routing/provider-client.ts';
import type { RetryDelay } from '../routing/retry.ts';
import { providersError } from './errors.ts';
import type { CallObserver, CompletionObserver } from './observer.ts';
import { type Attempt, type CompletionRequest, newAttempt, type Prepared } from './request.ts';
import type { Reservation } from './reservation.ts';

/** Provider timeouts, and the effect of a client disconnect. */
export interface UpstreamRules {
  /** Timeout until the first byte. */
  readonly firstByteMs: number;
  /** Timeout between bytes of an answer. */
  readonly stallMs: number;
  readonly onHangup: 'stop' | 'drain';
  /** Time for which an answer is drained after its client has disconnected. */
  readonly drainMs: number;
}

export interface AttemptDependencies {
  readonly retryDelay: RetryDelay;
  readonly upstream: UpstreamRules;
  readonly observer: CompletionObserver;
  /** Called when a provider's model turns out to lack features. */
  readonly onLack: (lack: Lack) => void;
  /** Creates row ids (UUIDv7). */
  readonly newId: () => string;
}

/** Features that a provider's model lacks. */
export interface Lack {
  readonly provider: string;
  readonly model: string;
  readonly features: readonly Feature[];
}

/** Calls one provider once. Throws ProviderError. */
export type CallProvider<T> = (client: ProviderClient, attempt: Attempt, call: TransportCall) => Promise<T>;

export interface Served<T> {
  readonly served: T;
  readonly attempt: Attempt;
  readonly callObserver: CallObserver;
  /** Start of the first attempt, on the monotonic clock. */
  readonly firstCallAt: number;
}

/** Failures after which no other provider is tried. */
const final = new Set<ProviderError['fault']>(['caller', 'cancelled', 'internal']);

/**
 * Tries the candidates in order, with retries where they help, until one serves the request. Books every provider call.
 * Throws the error that summarises the failures, with nothing left reserved.
 */
export function createTryCandidates({ retryDelay, upstream, observer, onLack, newId }: AttemptDependencies) {
  return async function tryCandidates<T>(
    prepared: Prepared,
    first: Attempt,
    reservation: Reservation,
    callProvider: CallProvider<T>,
  ): Promise<Served<T>> {
    const { request } = prepared;
    const { call, body } = request;
    const firstCallAt = performance.now();
    const stepAfter = createSteps(prepared, first, { retryDelay, newId });
    const withoutNamedFeatures = createWeakening(prepared, onLack);
    const failures: ProviderError[] = [];
    let attempt: Attempt = { ...first, startedAt: firstCallAt };
    for (;;) {
      const callObserver = observer.calling(request, attempt);
      try {
        const served = await callObserver.within(() =>
          callProvider(attempt.candidate.client, attempt, transportCall(request, attempt, upstream)),
        );
        return { served, attempt, callObserver, firstCallAt };
      } catch (cause) {
        const isExpected = cause instanceof ProviderError;
        const weaker = isExpected ? withoutNamedFeatures(cause, attempt) : undefined;
        const error = isExpected ? (weaker?.error ?? cause) : unexpectedError(cause, attempt);
        if (!weaker) failures.push(error);
        callObserver.failed(error);
        const step = isExpected ? stepAfter(error, attempt, weaker?.lacked) : undefined;
        const isContinued = await reservation.failed(attempt, error, step?.next);
        if (!isExpected) throw cause;
        if (!step || !isContinued) {
          const all = weaker ? [...failures, error] : failures;
          throw providersError(all, { model: body.model, signal: call.signal });
        }
        observer.again(attempt, step.next, error);
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
  { retryDelay, newId }: Pick<AttemptDependencies, 'retryDelay' | 'newId'>,
) {
  const { call } = request;
  const later = candidates.slice(candidates.indexOf(first.candidate) + 1);
  let attempts = 0;
  return (error: ProviderError, failed: Attempt, lacked: Features | undefined): Step | undefined => {
    if (lacked && !call.signal.aborted) {
      const { candidate, asFallback } = failed;
      return { next: { ...newAttempt(candidate, newId(), asFallback), lacked }, delayMs: 0 };
    }
    attempts += 1;
    if (final.has(error.fault) || call.signal.aborted) return undefined;
    const delayMs = retryDelay(error, { attempts, remainingMs: call.remainingMs() });
    // The row of a provider that was not called passes to the next attempt.
    const id = wasCalled(error) ? newId() : failed.id;
    if (delayMs !== undefined) {
      const next = newAttempt(failed.candidate, id, failed.asFallback);
      return { next: { ...next, lacked: failed.lacked }, delayMs };
    }
    const candidate = later.shift();
    attempts = 0;
    return candidate && { next: newAttempt(candidate, id, true), delayMs: 0 };
  };
}

/**
 * Handles refusals that name features: returns the error, which is not the caller's, and the features that the next request of the
 * same provider must do without. Undefined for any other error.
 */
function createWeakening({ request, streamed }: Prepared, onLack: (lack: Lack) => void) {
  const { body, isSchemaBinding } = request;
  return (cause: ProviderError, { candidate, lacked: before }: Attempt) => {
    const { client, model } = candidate;
    const { provider } = client;
    const sent = { provider, body, stream: streamed, lacked: before };
    const found = featuresNamedBy(cause, sent, isSchemaBinding);
    if (!found) return undefined;
    const { named, isLacked } = found;
    const lacked = new Set([...before, ...named]);
    if (isLacked) {
      client.learned.learn(model, lacked);
      onLack({ provider: provider.id, model, features: named });
    }
    const { message, statusCode, code, param } = cause;
    const error = new ProviderError('unsupported', cause.provider, message, {
      cause,
      statusCode,
      code,
      param,
    });
    return { error, lacked };
  };
}

/** Wraps a defect of this code: whether the provider did any work is unknown. */
export function unexpectedError(cause: unknown, { candidate }: Attempt): ProviderError {
  const { id } = candidate.client.provider;
  return new ProviderError('internal', id, 'unexpected', { cause, billed: 'maybe' });
}

/** Waits before a retry. The next attempt notices a disconnected caller. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}

/**
 * Builds the abort signal and timeouts of an attempt. An answer for an idempotency key is read to its end even if its client
 * disconnects.
 */
function transportCall(
  { call, idempotency }: CompletionRequest,
  { candidate, lacked }: Attempt,
  { firstByteMs, stallMs, onHangup, drainMs }: UpstreamRules,
): TransportCall {
  const drains = onHangup === 'drain' || idempotency !== undefined;
  return {
    body: candidate.bodyText(lacked),
    signal: drains ? AbortSignal.timeout(drainMs) : call.signal,
    firstByteMs: drains ? firstByteMs : Math.min(firstByteMs, untilDeadline(call)),
    stallMs,
    requestId: call.requestId,
  };
}

/** With a margin, so that the deadline itself ends the call. */
const untilDeadline = (call: UserCall): number => call.remainingMs() + 1_000;
