import { setTimeout as wait } from 'node:timers/promises';

/** When and how often an operation is retried. Create it once and share it between calls. */
export interface RetryPolicy<B extends RetryBounds = RetryBounds> {
  /** Milliseconds before each retry. Their number is the maximum number of retries. */
  readonly delaysMs: Iterable<number>;
  /** Maximum random extension as a share of the delay, so that callers that failed together do not retry together. */
  readonly jitter?: number;
  /** Called after each failed attempt except the last possible one, with the number of retries so far. */
  readonly isRetryable: (error: unknown, bounds: B, retries: number) => boolean;
}

/** Bounds of one call. The policy's `isRetryable` receives them, so a subtype can add fields for its decision. */
export interface RetryBounds {
  /** Ends a delay: the call then rejects with the signal's reason. Attempts must observe the signal themselves. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the call's deadline. A retry is skipped if its delay would reach the deadline. */
  readonly remainingMs?: () => number;
}

/**
 * Runs `attempt` until it resolves. Rejects with the latest error when that is not retryable, when the delays are used up, or
 * when the deadline leaves no room for another attempt.
 */
export async function retry<T, B extends RetryBounds>(
  attempt: () => Promise<T>,
  policy: RetryPolicy<B>,
  bounds: B,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    return retryAfter(error, attempt, policy, bounds);
  }
}

/** Separate from `retry`, so that a call that succeeds at once allocates no iterator. */
async function retryAfter<T, B extends RetryBounds>(
  firstError: unknown,
  attempt: () => Promise<T>,
  { delaysMs, jitter = 0, isRetryable }: RetryPolicy<B>,
  bounds: B,
): Promise<T> {
  let error = firstError;
  let retries = 0;
  for (const plannedMs of delaysMs) {
    const delayMs = lengthen(plannedMs, jitter);
    if (!isRetryable(error, bounds, retries) || delayMs >= (bounds.remainingMs?.() ?? Infinity)) throw error;
    await pause(delayMs, bounds.signal);
    retries += 1;
    try {
      return await attempt();
    } catch (latest) {
      error = latest;
    }
  }
  throw error;
}

async function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await wait(delayMs, undefined, signal && { signal });
  } catch {
    throw signal?.reason;
  }
}

/** Adds up to `jitter` times the delay at random. */
export function lengthen(delayMs: number, jitter: number, random: () => number = Math.random): number {
  return delayMs * (1 + jitter * random());
}

/** Repeats one delay forever: the operation is retried until it succeeds, fails with a final error or is aborted. */
export function* forever(delayMs: number): Generator<number, never> {
  for (;;) yield delayMs;
}
