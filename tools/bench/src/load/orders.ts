import type { CallResult } from './load-calls.ts';
import type { StreamResult } from './load-streams.ts';

/** What is asked of whom, again and again. */
export interface Target {
  /** Origin, on this machine. */
  readonly url: string;
  readonly path: string;
  /** Of one user each; the connections take turns. */
  readonly headers: readonly Readonly<Record<string, string>>[];
  /** JSON. Where it holds a number place, each sending gets a number of its own. */
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

/** What the load process answers to each. */
export interface Results {
  readonly calls: CallResult;
  readonly streams: StreamResult;
}
