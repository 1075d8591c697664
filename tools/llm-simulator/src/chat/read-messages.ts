import { invalid } from '../http/api-error.ts';
import { isObject, type JsonObject } from '../json.ts';
import { tokensOf } from '../tokens.ts';
import type { Message } from './chat-request.ts';

const roles: ReadonlySet<unknown> = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function']);

/** Tokens of an image or a file in the prompt, regardless of its size: the price of a small image at OpenAI. */
const TOKENS_PER_ATTACHMENT = 85;

/** A message with the tokens of its texts, attachments and tool calls. */
export interface CountedMessage extends Message {
  readonly tokens: number;
}

/** Reads `messages`. Throws an ApiError 400 that names the invalid one. */
export function readMessages(value: unknown): readonly CountedMessage[] {
  if (Array.isArray(value) && value.length > 0) return value.map(readMessage);
  throw invalid('messages', "'messages' must be a list with at least one message.");
}

function readMessage(value: unknown, index: number): CountedMessage {
  const param = `messages[${index}]`;
  if (!isObject(value)) throw invalid(param, `'${param}' must be an object.`);
  if (!roles.has(value.role))
    throw invalid(`${param}.role`, `'${param}.role' must be one of ${[...roles].join(', ')}.`);
  const parts = contentParts(value, `${param}.content`);
  const text = parts.flatMap((part) => (typeof part === 'string' ? [part] : [])).join('\n');
  const attachments = parts.filter((part) => typeof part !== 'string').length;
  const calls = value.tool_calls === undefined ? 0 : tokensOf(JSON.stringify(value.tool_calls));
  return {
    role: String(value.role),
    text,
    tokens: tokensOf(text) + calls + attachments * TOKENS_PER_ATTACHMENT,
  };
}

/** Text parts as strings, other parts as objects. */
function contentParts(message: JsonObject, param: string): readonly (string | JsonObject)[] {
  const { content } = message;
  if (typeof content === 'string') return [content];
  if (Array.isArray(content)) return content.map((part, index) => contentPart(part, `${param}[${index}]`));
  if (message.role === 'assistant' && (content === null || content === undefined)) return [];
  throw invalid(param, `'${param}' must be a text or a list of parts.`);
}

function contentPart(part: unknown, param: string): string | JsonObject {
  if (!isObject(part) || typeof part.type !== 'string')
    throw invalid(param, `'${param}' must be a part with a type.`);
  if (part.type === 'text' && typeof part.text === 'string') return part.text;
  if (part.type === 'refusal' && typeof part.refusal === 'string') return part.refusal;
  if (part.type !== 'text' && isObject(part[part.type])) return part;
  throw invalid(param, `'${param}' lacks the '${part.type}' that its type promises.`);
}
