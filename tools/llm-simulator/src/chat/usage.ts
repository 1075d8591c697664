import type { UsageShape } from '../faults/effect.ts';

/** The figures of `usage` in tokens. The prompt includes cached tokens, the completion reasoning tokens. */
export interface Usage {
  readonly prompt: number;
  readonly completion: number;
  readonly cached: number;
  readonly reasoning: number;
}

/** Computes the figures. Cached tokens are a share of the prompt, rounded down. */
export function usageOf(prompt: number, content: number, reasoning: number, shape: UsageShape): Usage {
  return {
    prompt,
    completion: content + reasoning,
    cached: Math.floor(prompt * shape.cachedShare),
    reasoning,
  };
}

/** The `usage` object as OpenAI sends it. */
export function usageBody({ prompt, completion, cached, reasoning }: Usage) {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
