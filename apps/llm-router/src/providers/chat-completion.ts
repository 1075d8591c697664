/** A request in OpenAI's form; unknown fields pass through. */
export interface CompletionBody {
  readonly model: string;
  readonly messages: readonly unknown[];
  readonly [field: string]: unknown;
}

/** The parts of an OpenAI-style answer that the router reads; the rest passes through. */
export interface CompletionAnswer {
  readonly choices: readonly {
    readonly message?: { readonly content?: string | null };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: ReportedUsage | null;
  readonly [field: string]: unknown;
}

/** Usage as reported by a provider, unvalidated; the fields differ between providers. */
export interface ReportedUsage {
  readonly prompt_tokens_details?: Readonly<Record<string, unknown>> | null;
  readonly completion_tokens_details?: Readonly<Record<string, unknown>> | null;
  readonly [field: string]: unknown;
}

/** Returns true if a parsed body is a forwardable answer. */
export function isCompletionAnswer(value: unknown): value is CompletionAnswer {
  const { choices } = (value ?? {}) as { choices?: unknown };
  return Array.isArray(choices) && choices.length > 0 && choices.every(isObject);
}

/** Returns true if a parsed JSON value is an object other than an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
