/** A request in OpenAI's form; fields that we do not know pass through. */
export interface CompletionBody {
  readonly model: string;
  readonly messages: readonly unknown[];
  readonly [field: string]: unknown;
}

/** The parts of an answer in OpenAI's form that we read; the rest passes through. */
export interface CompletionAnswer {
  readonly choices: readonly {
    readonly message?: { readonly content?: string | null };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: ReportedUsage | null;
  readonly [field: string]: unknown;
}

export interface ReportedUsage {
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  readonly prompt_tokens_details?: { readonly cached_tokens?: number } | null;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number } | null;
}

/** Tokens of one call; counted by the provider, or estimated where it said nothing. */
export interface Tokens {
  readonly prompt: number;
  readonly completion: number;
  readonly cached: number;
  readonly reasoning: number;
  readonly estimated: boolean;
}

/** Bytes of text that one token stands for at least: an estimate must not be too low. */
const bytesPerToken = 3;

/** What the provider counted; without a word from it, an upper bound from the bytes of question and answer. */
export function tokensOf(answer: CompletionAnswer, question: string): Tokens {
  const { usage } = answer;
  if (usage?.prompt_tokens !== undefined && usage.completion_tokens !== undefined) {
    return {
      prompt: usage.prompt_tokens,
      completion: usage.completion_tokens,
      cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
      reasoning: usage.completion_tokens_details?.reasoning_tokens ?? 0,
      estimated: false,
    };
  }
  const tokens = (text: string) => Math.ceil(Buffer.byteLength(text) / bytesPerToken);
  const said = answer.choices.map((choice) => choice.message?.content ?? '').join('');
  return { prompt: tokens(question), completion: tokens(said), cached: 0, reasoning: 0, estimated: true };
}

/** Whether a parsed body is an answer that can be handed on. */
export function isCompletionAnswer(value: unknown): value is CompletionAnswer {
  const { choices } = (value ?? {}) as { choices?: unknown };
  return Array.isArray(choices) && choices.length > 0;
}
