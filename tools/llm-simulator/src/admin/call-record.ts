/** Who calls what. */
export interface CallStart {
  /** The caller's own `x-request-id`. */
  readonly requestId: string | null;
  readonly model: string;
  /** The API key as the log shows it. */
  readonly key: string;
  readonly stream: boolean;
  /** The fault that was served, `none` without. */
  readonly fault: string;
}

/** One call, as far as the books need it: no bodies. */
export interface CallRecord extends CallStart {
  /** Counts from 1 since the start or the last reset. */
  readonly sequence: number;
  /** The completion's id, null where there was no completion. */
  readonly id: string | null;
  readonly outcome: 'open' | 'ended' | 'cut' | 'aborted';
  readonly status: number | null;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
  readonly reasoningTokens: number;
}

/** Sums over calls. Tokens count as soon as a part of the answer has left, streams by what has left. */
export interface Sums {
  calls: number;
  promptTokens: number;
  completionTokens: number;
  cachedTokens: number;
  reasoningTokens: number;
}

/** Everything that the simulator counts. */
export interface Totals extends Sums {
  streams: number;
  /** Not over yet. */
  open: number;
  /** The client left before the end. */
  aborted: number;
  /** Refused because the caller was wrong: 400, 401, 404, 413. They are no calls. */
  rejected: number;
  refusedConnections: number;
  faults: Record<string, number>;
  byModel: Record<string, Sums>;
  byKey: Record<string, Sums>;
}
