import type { UserCall } from '@valuecanvas/contracts-core';
import type { TransportCall } from '../providers/transport.ts';
import type { Attempt } from './attempt.ts';
import type { CompletionRequest } from './completion-request.ts';

/** How long providers are waited for, and what a caller's hanging up means to them. */
export interface UpstreamRules {
  /** Milliseconds to the first byte. */
  readonly firstByteMs: number;
  /** Milliseconds of silence within an answer. */
  readonly stallMs: number;
  readonly onHangup: 'stop' | 'drain';
}

/** Milliseconds for which an answer is read to its end for nobody but the cache and the ledger. */
const drainMs = 120_000;

/**
 * What the provider is told of an attempt. An answer that is promised to be kept, under an idempotency key, is read to its
 * end although its caller has hung up.
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

/** What is left at least lets the deadline itself end the call. */
const remaining = (call: UserCall): number => call.remainingMs() + 1_000;
