import { ApiError, invalid } from '../http/api-error.ts';
import { isObject, type JsonObject } from '../json.ts';
import { tokensOf } from '../tokens.ts';
import type { ChatRequest, ServiceTier } from './chat-request.ts';
import { readFormat } from './read-format.ts';
import { readMessages } from './read-messages.ts';
import { optionalFlag, optionalInteger, optionalNumber, stopSequences } from './read-scalars.ts';
import { readToolChoice, readTools } from './read-tools.ts';

/** OpenAI's bound on `n`. */
const MAX_CHOICES = 128;
const MAX_TOKENS = 1_000_000;

/** Reads a request body. Throws an ApiError 400 that names the invalid parameter. Ignores unknown fields. */
export function readChatRequest(bytes: Buffer): ChatRequest {
  const body = parse(bytes);
  const { model } = body;
  if (typeof model !== 'string' || model === '') throw invalid('model', 'You must provide a model.');
  const messages = readMessages(body.messages);
  const tools = readTools(body.tools);
  const format = readFormat(body.response_format, messages);
  checkSampling(body);
  return {
    ...options(body),
    model,
    messages,
    tools,
    toolChoice: readToolChoice(body, tools),
    format,
    promptTokens:
      messages.reduce((sum, { tokens }) => sum + tokens, 0) +
      tokensOfJson(body.tools) +
      tokensOfJson(schemaOf(body)),
    essence: JSON.stringify([
      model,
      body.messages,
      body.tools,
      body.tool_choice,
      body.response_format,
      body.seed,
    ]),
  };
}

function parse(bytes: Buffer): JsonObject {
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString());
  } catch {
    throw new ApiError(400, 'The body of your request is not valid JSON.', { code: 'invalid_json' });
  }
  if (isObject(body)) return body;
  throw new ApiError(400, 'The body of your request must be a JSON object.', { code: 'invalid_json' });
}

function options(body: JsonObject) {
  const stream = optionalFlag(body, 'stream');
  return {
    stream,
    includeUsage:
      stream && isObject(body.stream_options) && optionalFlag(body.stream_options, 'include_usage'),
    choices: optionalInteger(body, 'n', 1, MAX_CHOICES) ?? 1,
    stop: stopSequences(body),
    maxTokens:
      optionalInteger(body, 'max_completion_tokens', 1, MAX_TOKENS) ??
      optionalInteger(body, 'max_tokens', 1, MAX_TOKENS),
    serviceTier: serviceTier(body.service_tier ?? 'auto'),
  };
}

function serviceTier(asked: unknown): ServiceTier {
  switch (asked) {
    case 'flex':
    case 'priority':
      return asked;
    case 'auto':
    case 'default':
      return 'default';
    default:
      throw invalid('service_tier', "'service_tier' must be auto, default, flex or priority.");
  }
}

function checkSampling(body: JsonObject): void {
  optionalNumber(body, 'temperature', 0, 2);
  optionalNumber(body, 'top_p', 0, 1);
  optionalInteger(body, 'seed', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
}

function schemaOf(body: JsonObject): unknown {
  return isObject(body.response_format) ? body.response_format.json_schema : undefined;
}

function tokensOfJson(value: unknown): number {
  return value === undefined || value === null ? 0 : tokensOf(JSON.stringify(value));
}
