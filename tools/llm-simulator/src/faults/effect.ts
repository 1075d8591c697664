import type { Fault } from './fault-names.ts';

/** The pace of an answer in milliseconds. */
export interface Pace {
  /** Delay of the headers. */
  readonly latencyMs: number;
  /** Delay between the headers and the first byte of the body. */
  readonly firstByteMs: number;
  /** Delay between two events of a stream. 0 sends them all at once. */
  readonly chunkIntervalMs: number;
}

/** Additional figures in the `usage` of an answer. */
export interface UsageShape {
  /** The share of the prompt reported as read from the provider's cache, 0 to 1. */
  readonly cachedShare: number;
  /** Tokens spent on reasoning before the answer; they count as completion tokens and against max_tokens. */
  readonly reasoningTokens: number;
}

/** Features of the protocol that a provider can lack: two response formats and a role of messages. */
export const features = ['json_schema', 'json_object', 'developer'] as const;
export type Feature = (typeof features)[number];

/** The form in which a 429 or 503 says when to retry. */
export type RetryAfterForm = 'seconds' | 'milliseconds' | 'date' | 'none';

/** The fault of a call and its details. */
export interface FaultSettings {
  readonly fault: Fault;
  /** Events of a stream that are sent before the fault. Half of them by default. */
  readonly afterChunks: number | null;
  readonly retryAfterMs: number;
  readonly retryAfterForm: RetryAfterForm;
}

/** All settings that decide how a call is answered, except for the content. */
export interface Effect extends Pace, UsageShape, FaultSettings {
  /** The size of a stream's events. */
  readonly tokensPerChunk: number;
  /** Features that the model lacks: a request that uses one is refused with a 400. */
  readonly lacks: readonly Feature[];
}

/** An immediate answer without faults. */
export const plainEffect: Effect = {
  fault: 'none',
  latencyMs: 0,
  firstByteMs: 0,
  chunkIntervalMs: 0,
  tokensPerChunk: 4,
  lacks: [],
  cachedShare: 0,
  reasoningTokens: 0,
  afterChunks: null,
  retryAfterMs: 1000,
  retryAfterForm: 'seconds',
};
