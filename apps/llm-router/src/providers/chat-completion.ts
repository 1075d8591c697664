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

/** What a provider says that it counted, unchecked. */
export interface ReportedUsage {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly prompt_tokens_details?: { readonly cached_tokens?: unknown } | null;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: unknown } | null;
}

/** Whether a parsed body is an answer that can be handed on. */
export function isCompletionAnswer(value: unknown): value is CompletionAnswer {
  const { choices } = (value ?? {}) as { choices?: unknown };
  return Array.isArray(choices) && choices.length > 0 && choices.every(isObject);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
