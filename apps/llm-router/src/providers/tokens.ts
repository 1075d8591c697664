import type { CompletionAnswer } from './chat-completion.ts';

/** Tokens of one call; counted by the provider, or estimated where it said nothing. */
export interface Tokens {
  readonly prompt: number;
  readonly completion: number;
  readonly cached: number;
  readonly reasoning: number;
  readonly estimated: boolean;
}

/** Fewer bytes of text than models put into a token on average: an estimate must rather be too high. */
const bytesPerToken = 3;

/** What the provider counted; where it counted nothing or nonsense, an estimate from the bytes of question and answer. */
export function tokensOf({ usage, choices }: CompletionAnswer, question: string): Tokens {
  const prompt = count(usage?.prompt_tokens);
  const completion = count(usage?.completion_tokens);
  if (prompt === undefined || completion === undefined) {
    return {
      prompt: estimate(question),
      completion: estimate(JSON.stringify(choices)),
      cached: 0,
      reasoning: 0,
      estimated: true,
    };
  }
  return {
    prompt,
    completion,
    cached: count(usage?.prompt_tokens_details?.cached_tokens) ?? 0,
    reasoning: count(usage?.completion_tokens_details?.reasoning_tokens) ?? 0,
    estimated: false,
  };
}

function count(reported: unknown): number | undefined {
  return Number.isSafeInteger(reported) && (reported as number) >= 0 ? (reported as number) : undefined;
}

function estimate(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / bytesPerToken);
}
