import { AppError } from '@valuecanvas/contracts-core';

/** Longest wait before the next attempt, whatever the failure asks for: milliseconds. */
const longestWaitMs = 3_600_000;

/** Waits are made longer by up to this share, so that jobs which failed together do not return together. */
const jitter = 0.2;

/** An attempt's failure as the queue may keep it: its kind only, as messages and stacks can quote what users wrote. */
export class AttemptFailure extends Error {
  override readonly name = 'AttemptFailure';
  /** Milliseconds before which a new attempt is useless. */
  readonly retryAfterMs: number;

  constructor(cause: unknown) {
    super(kindOf(cause));
    this.stack = '';
    this.retryAfterMs = cause instanceof AppError ? (cause.retryAfterSeconds ?? 0) * 1_000 : 0;
  }
}

/** A failure in a word that names no content. */
export function kindOf(cause: unknown): string {
  if (cause instanceof AppError) return cause.code;
  return cause instanceof Error ? cause.name : typeof cause;
}

/** Milliseconds until the next attempt: doubling from the definition's wait, and never before the failure allows. */
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
