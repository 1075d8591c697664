import { setTimeout as wait } from 'node:timers/promises';

/** When and how often an operation is tried again. Made once and shared by all calls. */
export interface RetryPolicy {
  /** Milliseconds before each retry: there are as many retries as delays. */
  readonly delaysMs: Iterable<number>;
  /** Share by which a delay is lengthened at random, so that callers which failed together do not return together. */
  readonly jitter?: number;
  readonly isRetryable: (error: unknown) => boolean;
}

/** Bounds of one call. */
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
export async function retry<T>(
  attempt: () => Promise<T>,
  policy: RetryPolicy,
  bounds: RetryBounds = {},
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    return retryAfter(error, attempt, policy, bounds);
  }
}

/** Kept apart so that a call which succeeds at once makes no iterator. */
async function retryAfter<T>(
  firstError: unknown,
  attempt: () => Promise<T>,
  { delaysMs, jitter = 0, isRetryable }: RetryPolicy,
  { signal, remainingMs }: RetryBounds,
): Promise<T> {
  let error = firstError;
  for (const plannedMs of delaysMs) {
    const delayMs = lengthen(plannedMs, jitter);
    if (!isRetryable(error) || (remainingMs && delayMs >= remainingMs())) throw error;
    await pause(delayMs, signal);
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
