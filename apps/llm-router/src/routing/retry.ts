import type { ProviderError } from '../providers/provider-error.ts';

export interface RetryOptions {
  /** How often the same provider is tried again. */
  readonly retries: number;
  /** From 0 up to 1; decides the jitter. */
  readonly random: () => number;
}

export interface Tried {
  /** Calls of this provider so far, the failed one included. */
  readonly attempts: number;
  /** Milliseconds until the caller's deadline. */
  readonly remainingMs: number;
}

/** Milliseconds that the same provider is left alone before it is tried again; undefined where it is not. */
export type RetryDelay = (error: ProviderError, tried: Tried) => number | undefined;

/** Milliseconds of the first wait at most; each further one may be twice as long. */
const firstWaitMs = 250;
/** Milliseconds beyond which nobody waits for the same provider: another one answers sooner. */
const longestWaitMs = 2_000;
/** Milliseconds that a call needs to have a chance. */
const shortestCallMs = 500;

/**
 * Waits are exponential with full jitter (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog 2015), and
 * added to what the provider itself asks for.
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

/** Not after a timeout, which has cost the caller enough, nor where a part of an answer had come, which may be billed. */
function isWorthRetrying({ fault, billed, receivedBytes, isLasting }: ProviderError): boolean {
  if (isLasting) return false;
  return fault === 'rate_limited' || (fault === 'unavailable' && (billed === 'no' || receivedBytes === 0));
}
