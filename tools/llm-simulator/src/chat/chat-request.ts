import type { JsonObject } from '../json.ts';

/** The parts of a message that an answer is built from. */
export interface Message {
  readonly role: string;
  /** The text parts, joined by newlines. */
  readonly text: string;
}

/** A function that the model may call. */
export interface Tool {
  readonly name: string;
  /** A JSON schema. Empty if the caller gave none. */
  readonly parameters: JsonObject;
}

/** The tool to call: a name, any (`required`), as the conversation suggests (`auto`), or none. */
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
  /** The service tier of the answer. */
  readonly serviceTier: ServiceTier;
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice;
  readonly format: AnswerFormat;
  /** The estimate for messages, tools and schema. */
  readonly promptTokens: number;
  /** The parts of the request that decide the content of the answer (`seed`, but not `stream`). */
  readonly essence: string;
}
