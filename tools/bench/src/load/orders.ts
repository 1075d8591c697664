import type { CallResult } from './load-calls.ts';
import type { StreamResult } from './load-streams.ts';

/** The requests of an order, and their target. */
export interface Target {
  /** A local origin. */
  readonly url: string;
  readonly path: string;
  /** One set of headers per user; the connections rotate through them. */
  readonly headers: readonly Readonly<Record<string, string>>[];
  /** JSON. If it contains the number placeholder, each send gets a unique number. */
  readonly body: string;
}

export interface CallOrder {
  readonly kind: 'calls';
  readonly target: Target;
  readonly connections: number;
  readonly durationMs: number;
}

export interface StreamOrder {
  readonly kind: 'streams';
  readonly target: Target;
  readonly streams: number;
  readonly chunks: number;
  readonly spreadMs: number;
  readonly durationMs: number;
}

/** The result of each kind of order. */
export interface Results {
  readonly calls: CallResult;
  readonly streams: StreamResult;
}
