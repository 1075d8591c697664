import type { ModelPrice as DataPrice, TieredPrices } from '@pydantic/genai-prices';
import { timesPowerOfTen } from '@valuecanvas/money';
import { free, type ModelPrice, picosPerToken, type TokenPrices } from './model-price.ts';

type Listed = number | TieredPrices;

/**
 * Converts a price of `@pydantic/genai-prices`, with the same rules: a tier applies to all tokens of a call whose prompt
 * exceeds its threshold, and a kind of token without its own price costs as much as other tokens. Audio is an exception: it
 * costs many times as much as text, so without its own price it has no known price. Returns undefined for models that are not
 * priced by prompt and completion tokens: embeddings, transcription, documents.
 */
export function fromPriceData(data: DataPrice): ModelPrice | undefined {
  if (Object.keys(data).length === 0) return free;
  const { input_mtok: input, output_mtok: output, requests_kcount: perThousandCalls } = data;
  if (input === undefined || output === undefined) return undefined;
  const pricesAbove = (promptTokens: number): TokenPrices => {
    const picos = (listed: Listed | undefined, whole: Listed) =>
      picosPerToken(listedAbove(listed ?? whole, promptTokens));
    const sound = (listed: Listed | undefined) => (listed === undefined ? undefined : picos(listed, listed));
    return {
      input: picos(input, input),
      cachedInput: picos(data.cache_read_mtok, input),
      cacheWrite: picos(data.cache_write_mtok, input),
      output: picos(output, output),
      reasoning: picos(data.output_reasoning_mtok, output),
      inputSound: sound(data.input_audio_mtok),
      outputSound: sound(data.output_audio_mtok),
    };
  };
  return {
    ...pricesAbove(0),
    perCall: picosPerCall(perThousandCalls),
    tiers: startsOf(data).map((above) => ({ above, ...pricesAbove(above + 1) })),
  };
}

function listedAbove(listed: Listed, promptTokens: number): number {
  if (typeof listed === 'number') return listed;
  const started = listed.tiers.filter(({ start }) => promptTokens > start);
  return started.sort((a, b) => a.start - b.start).at(-1)?.price ?? listed.base;
}

/** Thresholds at which any price changes. */
function startsOf(data: DataPrice): number[] {
  const starts = Object.values(data).flatMap((listed) =>
    typeof listed === 'object' ? listed.tiers.map(({ start }) => start) : [],
  );
  return [...new Set(starts)].sort((a, b) => a - b);
}

/** Converts a fee in dollars per thousand calls to pico-dollars per call. */
function picosPerCall(perThousand: Listed | undefined): bigint {
  return typeof perThousand === 'number' ? timesPowerOfTen(perThousand, 9).whole : 0n;
}
