import { setTimeout as wait } from 'node:timers/promises';

/** When and how often an operation is tried again. Made once and shared by all calls. */
export interface RetryPolicy<B extends RetryBounds = RetryBounds> {
  /** Milliseconds before each retry: there are as many retries as delays. */
  readonly delaysMs: Iterable<number>;
  /** Share by which a delay is lengthened at random, so that callers which failed together do not return together. */
  readonly jitter?: number;
  /** Called after each failed attempt that leaves a delay. */
  readonly isRetryable: (error: unknown, bounds: B) => boolean;
}

/** Bounds of one call. The policy's `isRetryable` receives them, so a subtype can carry what it decides by. */
export interface RetryBounds {
  /** Ends a delay: the call then rejects with the signal's reason. An attempt watches the signal itself. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the call's deadline. A retry whose delay would reach it is not made. */
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

/** Kept apart so that a call which succeeds at once makes no iterator. */
async function retryAfter<T, B extends RetryBounds>(
  firstError: unknown,
  attempt: () => Promise<T>,
  { delaysMs, jitter = 0, isRetryable }: RetryPolicy<B>,
  bounds: B,
): Promise<T> {
  let error = firstError;
  for (const plannedMs of delaysMs) {
    const delayMs = lengthen(plannedMs, jitter);
    if (!isRetryable(error, bounds) || delayMs >= (bounds.remainingMs?.() ?? Infinity)) throw error;
    await pause(delayMs, bounds.signal);
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

/** The same delay without end: an operation is tried again until it succeeds, its signal is aborted or its error is final. */
export function* forever(delayMs: number): Generator<number, never> {
  for (;;) yield delayMs;
}
