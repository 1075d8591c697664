import { calcPrice } from '@pydantic/genai-prices';
import type { Provider } from '../providers/provider.ts';

/** Prices of one model in pico-dollars per token, as whole numbers, so that sums are exact. */
export interface ModelPrice {
  readonly input: bigint;
  readonly cachedInput: bigint;
  readonly output: bigint;
}

/** What a server of one's own charges. */
const free: ModelPrice = { input: 0n, cachedInput: 0n, output: 0n };

/** Pico-dollars per token for each dollar per million tokens. */
const picosPerDollarPerMillion = 1_000_000;

/** What a provider charges for a model on a day; undefined where the price data know no such model. */
export function priceOf(
  { priceId }: Pick<Provider, 'priceId'>,
  model: string,
  at: Date,
): ModelPrice | undefined {
  if (priceId === undefined) return free;
  const found = calcPrice({ input_tokens: 1, output_tokens: 1 }, model, {
    providerId: priceId,
    timestamp: at,
  });
  if (!found) return undefined;
  const { input_mtok: input, output_mtok: output, cache_read_mtok: cachedInput } = found.model_price;
  return { input: toPicos(input), output: toPicos(output), cachedInput: toPicos(cachedInput ?? input) };
}

/** Tiered prices count with their base; a model that has any is charged more exactly by its provider. */
function toPicos(price: unknown): bigint {
  const dollars = typeof price === 'number' ? price : ((price as { base?: number } | undefined)?.base ?? 0);
  return BigInt(Math.round(dollars * picosPerDollarPerMillion));
}
