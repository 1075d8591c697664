import { isObject, type ReportedUsage } from './completion.ts';

/** Tokens of one call, as reported by the provider, or estimated. */
export interface Tokens {
  /** Includes tokens read from and written to the provider's cache. */
  readonly prompt: number;
  /** Includes reasoning. */
  readonly completion: number;
  /** Read from the provider's cache. */
  readonly cached: number;
  /** Written to the provider's cache. */
  readonly cacheWrite: number;
  readonly reasoning: number;
  /** Audio within the prompt. */
  readonly promptSound: number;
  /** Audio within the completion. */
  readonly completionSound: number;
  /** True if not reported by the provider. */
  readonly estimated: boolean;
}

/**
 * Reads a provider's token counts; undefined if absent or invalid. Cache reads: OpenAI, xAI, OpenRouter
 * and Groq `prompt_tokens_details.cached_tokens`, Together and Moonshot `cached_tokens`, DeepSeek
 * `prompt_cache_hit_tokens`, Anthropic `cache_read_input_tokens`. Cache writes: OpenRouter `cache_write_tokens`
 * among the details, Anthropic `cache_creation_input_tokens`.
 */
export function readTokens(usage: unknown): Tokens | undefined {
  return isObject(usage) ? tokensIn(usage) : undefined;
}

/** Reads the counts of a usage that has none for the answer yet. Undefined if the prompt is not counted either. */
export function readPromptTokens(usage: unknown): Tokens | undefined {
  return isObject(usage) ? tokensIn({ ...usage, completion_tokens: 0 }) : undefined;
}

function tokensIn(usage: ReportedUsage): Tokens | undefined {
  const counted = countedIn(usage);
  const completion = count(usage.completion_tokens) ?? count(usage.output_tokens);
  if (counted === undefined || completion === undefined) return undefined;
  const { cached, cacheWrite } = counted;
  const total = count(usage.total_tokens) ?? 0;
  const isApart = isCountedApart(counted, total - completion);
  const prompt = isApart ? counted.prompt + cached + cacheWrite : counted.prompt;
  // xAI and Gemini count reasoning outside the completion: then only the total covers everything.
  const beside = Math.max(0, total - prompt - completion);
  const reasoning = count(usage.completion_tokens_details?.reasoning_tokens) ?? 0;
  return {
    prompt,
    completion: completion + beside,
    cached,
    cacheWrite,
    reasoning: Math.max(reasoning, beside),
    promptSound: count(usage.prompt_tokens_details?.audio_tokens) ?? 0,
    completionSound: count(usage.completion_tokens_details?.audio_tokens) ?? 0,
    estimated: false,
  };
}

interface Counted {
  readonly prompt: number;
  readonly cached: number;
  readonly cacheWrite: number;
  /** In Anthropic's own form the prompt excludes tokens read from and written to the cache. */
  readonly anthropic: boolean;
}

function countedIn(usage: ReportedUsage): Counted | undefined {
  const { prompt_tokens_details: details } = usage;
  const prompt = count(usage.prompt_tokens);
  const input = prompt ?? count(usage.input_tokens);
  if (input === undefined) return undefined;
  return {
    prompt: input,
    anthropic: prompt === undefined,
    cached: largest(
      details?.cached_tokens,
      usage.cached_tokens,
      usage.prompt_cache_hit_tokens,
      usage.cache_read_input_tokens,
    ),
    cacheWrite: largest(
      details?.cache_write_tokens,
      details?.cache_creation_tokens,
      usage.cache_creation_input_tokens,
    ),
  };
}

/** Proxies of Anthropic's models differ in whether the prompt includes the cache; sizes and the total reveal it. */
function isCountedApart({ prompt, cached, cacheWrite, anthropic }: Counted, totalInput: number): boolean {
  const ofCache = cached + cacheWrite;
  return ofCache > 0 && (anthropic || ofCache > prompt || totalInput === prompt + ofCache);
}

/** Some providers report one number under two names, one of them as 0. */
function largest(...reported: readonly unknown[]): number {
  return Math.max(0, ...reported.map((each) => count(each) ?? 0));
}

function count(reported: unknown): number | undefined {
  return Number.isSafeInteger(reported) && (reported as number) >= 0 ? (reported as number) : undefined;
}
