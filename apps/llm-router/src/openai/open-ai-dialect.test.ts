import {
  AppError,
  type AppErrorOptions,
  anonymous,
  anyone,
  defineContract,
  defineRoute,
  type ErrorCode,
  headers,
  raw,
} from '@valuecanvas/contracts-core';
import { openAi, toOpenAiError } from '@valuecanvas/contracts-llm-router';
import { type Call, defineService, implement, kitVariables, stream } from '@valuecanvas/service-kit';
import { createTestIdentities, startTestService } from '@valuecanvas/testing';
import OpenAI from 'openai';
import Type from 'typebox';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openAiReader } from './openai-reader.ts';

const route = defineRoute({
  id: 'test.complete',
  summary: 'A route',
  description: 'A route of a test.',
  errors: [],
  method: 'POST',
  path: '/v1/chat/completions',
  auth: anyone,
  dialect: openAi,
  body: Type.Object(
    {
      messages: Type.Array(Type.Object({ role: Type.String() }), { minItems: 1 }),
      n: Type.Optional(Type.Integer()),
    },
    { additionalProperties: true },
  ),
  reply: raw(Type.Unknown()),
  chunks: Type.Unknown(),
});

const contract = defineContract({
  service: 'llm-router',
  title: 'Test',
  description: 'One route.',
  prefixes: ['/v1'],
  callers: [],
  routes: { complete: route },
});
const identities = await createTestIdentities();

/** Creates OpenAI's own client for a service that fails once, and counts the requests. */
async function clientOf(failure: (call: Call<typeof route>) => unknown) {
  let asked = 0;
  const definition = defineService({
    contract,
    variables: kitVariables({ public: 0, internal: 0 }),
    compose: () => ({
      authenticate: () => anonymous,
      probes: {},
      routes: implement(contract, {
        complete(call) {
          asked += 1;
          return (asked === 1 ? failure(call) : { choices: [] }) as never;
        },
      }),
    }),
  });
  const service = await startTestService(definition, {}, identities);
  onTestFinished(() => service.stop());
  const client = new OpenAI({
    apiKey: 'checked by the gateway',
    baseURL: `${service.url}/v1`,
    maxRetries: 2,
    defaultHeaders: { [headers.requestId]: 'request-in-test' },
  });
  return { client, asked: () => asked };
}

const request = { model: 'm', messages: [{ role: 'user' as const, content: 'Why?' }] };

async function outcome(code: ErrorCode, options?: AppErrorOptions) {
  const { client, asked } = await clientOf(() => {
    throw new AppError(code, options);
  });
  const answer = await client.chat.completions.create(request).catch((error: unknown) => error);
  return { answer, asked: asked() };
}

describe("OpenAI's client retries", () => {
  test.each<[string, ErrorCode, AppErrorOptions]>([
    ['a request in flight', 'IDEMPOTENCY_IN_FLIGHT', { retryAfterMs: 20 }],
    ['a limit of a minute', 'RATE_LIMITED', { retryAfterMs: 20 }],
    ['a service at its capacity', 'OVERLOADED', { retryAfterMs: 20 }],
    ['an unavailable part of the platform', 'DEPENDENCY_UNAVAILABLE', { retryAfterMs: 20 }],
    ['what our failover has tried, after the stated wait', 'LLM_UNAVAILABLE', { retryAfterMs: 20 }],
    ['limits of all providers, after the stated wait', 'PROVIDER_RATE_LIMITED', { retryAfterMs: 20 }],
  ])('%s', async (_what, code, options) => {
    expect(await outcome(code, options)).toMatchObject({ asked: 2, answer: { choices: [] } });
  });
});

type ErrorClass = new (...parts: never[]) => Error;

describe("OpenAI's client does not retry", () => {
  test.each<[string, ErrorCode, AppErrorOptions | undefined, ErrorClass]>([
    ['a budget', 'BUDGET_EXCEEDED', undefined, OpenAI.APIError],
    ['an hour-long limit', 'RATE_LIMITED', { retryAfterSeconds: 3_000 }, OpenAI.RateLimitError],
    ['a limit that the thrower knows to last', 'RATE_LIMITED', { retryHelps: false }, OpenAI.RateLimitError],
    ['what our failover has tried', 'LLM_UNAVAILABLE', undefined, OpenAI.InternalServerError],
    [
      'a long wait of all providers',
      'LLM_UNAVAILABLE',
      { retryAfterSeconds: 90 },
      OpenAI.InternalServerError,
    ],
    [
      'long limits of all providers',
      'PROVIDER_RATE_LIMITED',
      { retryAfterSeconds: 90 },
      OpenAI.RateLimitError,
    ],
    ['a time-out of the providers', 'LLM_TIMEOUT', undefined, OpenAI.InternalServerError],
    ['a key of another request', 'IDEMPOTENCY_MISMATCH', undefined, OpenAI.UnprocessableEntityError],
    ['a conflict', 'CONFLICT', undefined, OpenAI.ConflictError],
    ['a wrong request', 'VALIDATION_FAILED', undefined, OpenAI.BadRequestError],
  ])('%s', async (_what, code, options, errorClass) => {
    const { answer, asked } = await outcome(code, options);
    expect(answer).toBeInstanceOf(errorClass);
    expect(answer).toMatchObject({ error: { error_code: code }, requestID: 'request-in-test' });
    expect(asked).toBe(1);
  });
});

test("OpenAI's client throws what the event of a broken stream says, after what came before", async () => {
  const { client, asked } = await clientOf((call) =>
    stream({}, async (sink) => {
      void sink.write('data: {"choices":[]}\n\n');
      openAiReader(call, sink, {} as never).broken(new AppError('LLM_UNAVAILABLE'));
    }),
  );
  const seen: unknown[] = [];
  const reading = (async () => {
    for await (const chunk of await client.chat.completions.create({ ...request, stream: true }))
      seen.push(chunk);
  })();
  await expect(reading).rejects.toMatchObject({ code: 'LLM_UNAVAILABLE', type: 'api_error' });
  expect([seen.length, asked()]).toEqual([1, 1]);
});

test('the field that is wrong is named as OpenAI names fields, and the message says what is wrong', async () => {
  const { client } = await clientOf(() => ({}));
  const wrong = { ...request, n: 'many', messages: [{ role: 'user', permissions: [] }, {}] };
  await expect(client.chat.completions.create(wrong as never)).rejects.toMatchObject({
    type: 'invalid_request_error',
    param: 'messages[1].role',
    code: 'VALIDATION_FAILED',
    error: {
      message: 'Validation failed: messages[1].role is required; n must be integer.',
      details: [{ path: 'messages.1.role' }, { path: 'n' }],
    },
  });
});

test('a message of its own is kept, whatever the details say', () => {
  const error = new AppError('VALIDATION_FAILED', {
    message: 'No provider serves the model m.',
    details: [{ path: 'model', message: 'is not served' }],
  });
  expect(toOpenAiError(error, 'r').error).toMatchObject({
    message: 'Validation failed: No provider serves the model m.',
    param: 'model',
  });
});

test('where OpenAI has a word for what is wrong, its clients see that', () => {
  const error = new AppError('VALIDATION_FAILED', {
    message: 'The provider refused the request: Too long.',
    details: [{ path: 'messages', message: 'Too long.', code: 'context_length_exceeded' }],
  });
  expect(toOpenAiError(error, 'r').error).toMatchObject({
    param: 'messages',
    code: 'context_length_exceeded',
    error_code: 'VALIDATION_FAILED',
  });
});

describe('the kinds of errors are named as OpenAI names them', () => {
  test.each<[ErrorCode, string]>([
    ['VALIDATION_FAILED', 'invalid_request_error'],
    ['UNAUTHENTICATED', 'authentication_error'],
    ['FORBIDDEN', 'permission_error'],
    ['NOT_FOUND', 'not_found_error'],
    ['PAYLOAD_TOO_LARGE', 'invalid_request_error'],
    ['RATE_LIMITED', 'rate_limit_error'],
    ['PROVIDER_RATE_LIMITED', 'rate_limit_error'],
    ['INTERNAL_ERROR', 'api_error'],
    ['OVERLOADED', 'api_error'],
  ])('%s is %s', (code, type) => {
    expect(toOpenAiError(new AppError(code), 'r').error).toMatchObject({ type, code, error_code: code });
  });

  test.each<[ErrorCode, AppErrorOptions]>([
    ['BUDGET_EXCEEDED', { extra: { limit: 5, spent: 4.9 } }],
    ['RATE_LIMITED', { retryAfterSeconds: 3_000, extra: { limit: 10, tier: 'free' } }],
  ])(
    '%s is insufficient_quota where time alone does not help, with the fields that it always has',
    (code, options) => {
      expect(toOpenAiError(new AppError(code, options), 'r').error).toMatchObject({
        type: 'insufficient_quota',
        code: 'insufficient_quota',
        error_code: code,
        ...options.extra,
      });
    },
  );
});
