import type { JsonObject } from '../json.ts';

/** One message, reduced to what an answer can be built from. */
export interface Message {
  readonly role: string;
  /** The text parts, joined by newlines. */
  readonly text: string;
}

/** A function that the model may call. */
export interface Tool {
  readonly name: string;
  /** A JSON schema; an empty object where the caller gave none. */
  readonly parameters: JsonObject;
}

/** Which tool must be called: a name, any (`required`), as the conversation suggests (`auto`), or none. */
export type ToolChoice = 'none' | 'auto' | 'required' | { readonly name: string };

/** The form that the answer must have. */
export type AnswerFormat =
  | { readonly kind: 'text' }
  | { readonly kind: 'json' }
  | { readonly kind: 'schema'; readonly schema: JsonObject };

export type ServiceTier = 'default' | 'flex' | 'priority';

/** A valid chat completion request. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly choices: number;
  readonly stop: readonly string[];
  readonly maxTokens: number | null;
  /** In which the answer comes; `default` where the caller leaves it open. */
  readonly serviceTier: ServiceTier;
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice;
  readonly format: AnswerFormat;
  /** The estimate for messages, tools and schema. */
  readonly promptTokens: number;
  /** What the answer is derived from: everything that changes it, and nothing else (`seed`, but not `stream`). */
  readonly essence: string;
}
