import { invalid } from '../http/api-error.ts';
import { isObject } from '../json.ts';
import type { AnswerFormat, Message } from './chat-request.ts';

/**
 * Reads `response_format`. As at OpenAI, `json_object` is refused unless the messages mention JSON:
 * a model without that instruction would not stop writing.
 */
export function readFormat(value: unknown, messages: readonly Message[]): AnswerFormat {
  if (value === undefined || value === null) return { kind: 'text' };
  const type = isObject(value) ? value.type : undefined;
  if (type === 'text') return { kind: 'text' };
  if (type === 'json_schema') return readSchema(isObject(value) ? value.json_schema : undefined);
  if (type !== 'json_object') {
    throw invalid('response_format', "'response_format.type' must be text, json_object or json_schema.");
  }
  if (messages.some(({ text }) => /json/i.test(text))) return { kind: 'json' };
  throw invalid('messages', "'messages' must contain the word 'json' for response_format json_object.");
}

function readSchema(value: unknown): AnswerFormat {
  if (isObject(value) && typeof value.name === 'string' && isObject(value.schema)) {
    return { kind: 'schema', schema: value.schema };
  }
  throw invalid(
    'response_format.json_schema',
    "'response_format.json_schema' must have a name and a schema.",
  );
}
