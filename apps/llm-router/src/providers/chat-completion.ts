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

/** What a provider says that it counted, unchecked; which fields there are differs between providers. */
export interface ReportedUsage {
  readonly prompt_tokens_details?: Readonly<Record<string, unknown>> | null;
  readonly completion_tokens_details?: Readonly<Record<string, unknown>> | null;
  readonly [field: string]: unknown;
}

/** Whether a parsed body is an answer that can be handed on. */
export function isCompletionAnswer(value: unknown): value is CompletionAnswer {
  const { choices } = (value ?? {}) as { choices?: unknown };
  return Array.isArray(choices) && choices.length > 0 && choices.every(isObject);
}

/** Whether a parsed JSON value is an object, arrays excluded. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
