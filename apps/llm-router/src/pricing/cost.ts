import type { Tokens } from '../providers/tokens.ts';
import type { ModelPrice } from './prices.ts';

const picosPerNano = 1_000n;

/** What a call cost in nano-dollars, rounded up once at the end. Reasoning tokens are part of the completion. */
export function costOf(price: ModelPrice, tokens: Pick<Tokens, 'prompt' | 'completion' | 'cached'>): bigint {
  const cached = BigInt(Math.min(tokens.cached, tokens.prompt));
  const fresh = BigInt(tokens.prompt) - cached;
  const picos = fresh * price.input + cached * price.cachedInput + BigInt(tokens.completion) * price.output;
  return (picos + picosPerNano - 1n) / picosPerNano;
}

/** Nano-dollars as dollars, for the edge: a double holds 9 decimals exactly up to nine million dollars. */
export function toDollars(nanos: bigint): number {
  return Number(nanos) / 1e9;
}
