import type { ProviderError } from '../providers/provider-error.ts';

export interface RetryOptions {
  /** Maximum number of retries per provider. */
  readonly retries: number;
  /** Random number from 0 to 1, for jitter. */
  readonly random: () => number;
}

export interface Tried {
  /** Number of calls of this provider so far, including the failed one. */
  readonly attempts: number;
  /** Milliseconds until the caller's deadline. */
  readonly remainingMs: number;
}

/** Returns the wait in milliseconds before a retry of the same provider; undefined for no retry. */
export type RetryDelay = (error: ProviderError, tried: Tried) => number | undefined;

/** Maximum of the first wait; it doubles with each retry. */
const firstWaitMs = 250;
/** Longest wait for the same provider: beyond it, another provider answers sooner. */
const longestWaitMs = 2_000;
/** Minimum time until the deadline for a retry to be worthwhile. */
const shortestCallMs = 500;

/**
 * Computes waits with exponential backoff and full jitter (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog
 * 2015), added to the provider's retry-after.
 */
export function createRetryDelay({ retries, random }: RetryOptions): RetryDelay {
  return (error, { attempts, remainingMs }) => {
    if (attempts > retries || !isWorthRetrying(error)) return undefined;
    const askedMs = (error.retryAfterSeconds ?? 0) * 1_000;
    if (askedMs > longestWaitMs) return undefined;
    const backoffMs = random() * Math.min(longestWaitMs, firstWaitMs * 2 ** (attempts - 1));
    const delayMs = Math.round(askedMs + backoffMs);
    return delayMs + shortestCallMs <= remainingMs ? delayMs : undefined;
  };
}

/** Excludes timeouts, which have taken enough of the caller's time, and partial answers, which may be billed. */
function isWorthRetrying({ fault, billed, receivedBytes, isLasting }: ProviderError): boolean {
  if (isLasting) return false;
  return fault === 'rate_limited' || (fault === 'unavailable' && (billed === 'no' || receivedBytes === 0));
}
