import type { Fault } from './fault-names.ts';

/** How fast an answer comes. Milliseconds; a token is four bytes. */
export interface Pace {
  /** Until the headers. */
  readonly latencyMs: number;
  /** From the headers to the first byte of the body. */
  readonly firstByteMs: number;
  /** Between two events of a stream; 0 sends them all at once. */
  readonly chunkIntervalMs: number;
}

/** What the answer's `usage` reports beside the estimate. */
export interface UsageShape {
  /** The share of the prompt reported as read from the provider's cache, 0 to 1. */
  readonly cachedShare: number;
  /** Tokens spent on reasoning before the answer; they count as completion tokens and against max_tokens. */
  readonly reasoningTokens: number;
}

/** How a 429 or 503 tells when to come back. */
export type RetryAfterForm = 'seconds' | 'milliseconds' | 'date' | 'none';

/** Which fault a call meets, and its details. */
export interface FaultSettings {
  readonly fault: Fault;
  /** Events of a stream that are sent before the fault; half of them unless told. */
  readonly afterChunks: number | null;
  readonly retryAfterMs: number;
  readonly retryAfterForm: RetryAfterForm;
}

/** Everything that decides how one call is answered, beside its content. */
export interface Effect extends Pace, UsageShape, FaultSettings {
  /** The size of a stream's events. */
  readonly tokensPerChunk: number;
}

/** A prompt answer without any fault. */
export const plainEffect: Effect = {
  fault: 'none',
  latencyMs: 0,
  firstByteMs: 0,
  chunkIntervalMs: 0,
  tokensPerChunk: 4,
  cachedShare: 0,
  reasoningTokens: 0,
  afterChunks: null,
  retryAfterMs: 1000,
  retryAfterForm: 'seconds',
};
