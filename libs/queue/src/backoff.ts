import { AppError } from '@valuecanvas/contracts-core';

/** Maximum delay before the next attempt, even if the failure asks for more. */
const longestWaitMs = 3_600_000;

/** Jitter: the share by which a delay may grow, so that jobs that failed together do not retry together. */
const jitter = 0.2;

/** A failed attempt as the queue may store it: its kind only, because messages and stacks can quote user input. */
export class AttemptFailure extends Error {
  override readonly name = 'AttemptFailure';
  /** Milliseconds before which a new attempt cannot succeed. */
  readonly retryAfterMs: number;

  constructor(cause: unknown) {
    super(kindOf(cause));
    this.stack = '';
    this.retryAfterMs = cause instanceof AppError ? (cause.retryAfterSeconds ?? 0) * 1_000 : 0;
  }
}

/** The kind of a failure, without its content. */
export function kindOf(cause: unknown): string {
  if (cause instanceof AppError) return cause.code;
  return cause instanceof Error ? cause.name : typeof cause;
}

/** Returns the delay until the next attempt in ms: doubling, and never shorter than the failure asks for. */
export function backoffMs(
  firstWaitMs: number,
  attemptsMade: number,
  failure: unknown,
  random: () => number = Math.random,
): number {
  const doubled = firstWaitMs * 2 ** (attemptsMade - 1);
  const asked = failure instanceof AttemptFailure ? failure.retryAfterMs : 0;
  return Math.round(Math.min(Math.max(doubled, asked), longestWaitMs) * (1 + jitter * random()));
}
