/** The caller and the model of a call. */
export interface CallStart {
  /** The caller's own `x-request-id`. */
  readonly requestId: string | null;
  readonly model: string;
  /** The API key in the form that the log shows. */
  readonly key: string;
  readonly stream: boolean;
  /** The simulated fault, or `none`. */
  readonly fault: string;
}

/** One call without its bodies. */
export interface CallRecord extends CallStart {
  /** Position of the call since the start or the last reset, from 1. */
  readonly sequence: number;
  /** The ID of the completion, or null without a completion. */
  readonly id: string | null;
  readonly outcome: 'open' | 'ended' | 'cut' | 'aborted';
  readonly status: number | null;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
  readonly reasoningTokens: number;
}

/** Sums over calls. The tokens of a whole answer count once it is sent, those of a stream as it is sent. */
export interface Sums {
  calls: number;
  promptTokens: number;
  completionTokens: number;
  cachedTokens: number;
  reasoningTokens: number;
}

/** All counts of the simulator. */
export interface Totals extends Sums {
  streams: number;
  /** Calls in progress. */
  open: number;
  /** Calls that the client aborted. */
  aborted: number;
  /** Requests refused as invalid (400, 401, 404, 413). They do not count as calls. */
  rejected: number;
  refusedConnections: number;
  faults: Record<string, number>;
  byModel: Record<string, Sums>;
  byKey: Record<string, Sums>;
}
