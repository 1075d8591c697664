import type { Tokens } from '../providers/tokens.ts';
import { type ModelPrice, pricesFor } from './model-price.ts';

const picosPerNano = 1_000n;

/** Chargeable usage. */
export type PaidTokens = Omit<Tokens, 'estimated'>;

/**
 * Computes a call's cost in nano-dollars, rounded up once at the end. Subsets of prompt tokens (cached, audio) and of
 * completion tokens (reasoning, audio) count at most up to their total.
 */
export function costOf(price: ModelPrice, tokens: PaidTokens): bigint {
  const prices = pricesFor(price, tokens.prompt);
  const cached = Math.min(tokens.cached, tokens.prompt);
  const cacheWrite = Math.min(tokens.cacheWrite, tokens.prompt - cached);
  const heard = Math.min(tokens.promptSound, tokens.prompt - cached - cacheWrite);
  const reasoning = Math.min(tokens.reasoning, tokens.completion);
  const spoken = Math.min(tokens.completionSound, tokens.completion - reasoning);
  return nanosOf(
    price.perCall +
      BigInt(tokens.prompt - cached - cacheWrite - heard) * prices.input +
      BigInt(heard) * (prices.inputSound ?? prices.input) +
      BigInt(cached) * prices.cachedInput +
      BigInt(cacheWrite) * prices.cacheWrite +
      BigInt(tokens.completion - reasoning - spoken) * prices.output +
      BigInt(spoken) * (prices.outputSound ?? prices.output) +
      BigInt(reasoning) * prices.reasoning,
  );
}

/** Converts pico-dollars to nano-dollars, rounding up. */
export function nanosOf(picos: bigint): bigint {
  return (picos + picosPerNano - 1n) / picosPerNano;
}
