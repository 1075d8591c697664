import type { UserCall } from '@valuecanvas/contracts-core';
import type { TransportCall } from '../providers/transport.ts';
import type { Attempt } from './attempt.ts';
import type { CompletionRequest } from './completion-request.ts';

/** Provider timeouts, and the effect of a client disconnect. */
export interface UpstreamRules {
  /** Timeout until the first byte. */
  readonly firstByteMs: number;
  /** Timeout between bytes of an answer. */
  readonly stallMs: number;
  readonly onHangup: 'stop' | 'drain';
}

/** Time for which an answer is drained after its client has disconnected. */
const drainMs = 120_000;

/**
 * Builds the abort signal and timeouts of an attempt. An answer for an idempotency key is read to its end even if its client
 * disconnects.
 */
export function upstreamCall(
  { call, idempotency }: CompletionRequest,
  { candidate }: Attempt,
  { firstByteMs, stallMs, onHangup }: UpstreamRules,
): TransportCall {
  const drains = onHangup === 'drain' || idempotency !== undefined;
  return {
    body: candidate.bodyText(),
    signal: drains ? AbortSignal.timeout(drainMs) : call.signal,
    firstByteMs: drains ? firstByteMs : Math.min(firstByteMs, remaining(call)),
    stallMs,
    requestId: call.requestId,
  };
}

/** Ensures that the deadline itself ends the call. */
const remaining = (call: UserCall): number => call.remainingMs() + 1_000;
