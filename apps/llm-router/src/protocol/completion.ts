/** A request in OpenAI's form; unknown fields pass through. */
export interface CompletionBody {
  readonly model: string;
  readonly messages: readonly unknown[];
  readonly [field: string]: unknown;
}

/** The parts of an OpenAI-style answer that the router reads; the rest passes through. */
export interface CompletionAnswer {
  readonly choices: readonly {
    readonly message?: { readonly content?: string | null; readonly [field: string]: unknown };
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

/** The cost-related content of an answer or of its beginning, unvalidated. */
export interface Reported {
  readonly usage: ReportedUsage | undefined;
  /** `service_tier`. */
  readonly tier: unknown;
  readonly answerBytes: number;
  /** Bytes of content received after the usage, which does not count them. */
  readonly bytesAfterUsage?: number;
}

/** Returns true if a parsed JSON value is an object other than an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Returns the caller's own limit of output tokens, the smaller one of two. Values that are not positive integers are ignored:
 * some servers treat 0 or -1 as unlimited.
 */
export function outputLimitOf({
  max_tokens: older,
  max_completion_tokens: newer,
}: CompletionBody): number | undefined {
  const limits = [older, newer].filter(isLimit);
  return limits.length === 0 ? undefined : Math.min(...limits);
}

function isLimit(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/** One server-sent event of a streamed answer. */
export interface StreamEvent {
  /** The original bytes, with the blank line that ends the event. An event in another form than OpenAI's is rewritten. */
  readonly bytes: Buffer;
  /** Undefined for comments, keep-alives and the last event. */
  readonly data: ChunkData | undefined;
  /** True for the last event, `[DONE]`. */
  readonly done: boolean;
}

/** The parts of an event that the router reads; the rest passes through. */
export interface ChunkData {
  readonly id?: string;
  /** Empty in events that carry only usage or metadata. */
  readonly choices: readonly {
    readonly index?: number;
    readonly delta?: {
      readonly role?: string;
      readonly content?: string | null;
      readonly [field: string]: unknown;
    };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: ReportedUsage | null;
  readonly [field: string]: unknown;
}

/** Returns the usage in an answer or event, read or not; in streams, Groq may use a separate field. */
export function usageIn(value: unknown): ReportedUsage | undefined {
  if (!isObject(value)) return undefined;
  const { usage, x_groq: groq } = value;
  if (isObject(usage)) return usage;
  const { usage: ofGroq } = isObject(groq) ? groq : {};
  return isObject(ofGroq) ? ofGroq : undefined;
}
