import { headers, type Principal } from '@valuecanvas/contracts-core';
import { apiKeyPrincipal, type TestService } from '@valuecanvas/testing';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { llama, refusedUrl, usePlatform } from './support/platform.ts';
import { startScriptedProvider } from './support/scripted-provider.ts';

const platform = usePlatform();
const messages = [{ role: 'user' as const, content: 'Why?' }];
/** A single provider, so that every call goes to it. */
const withoutOpenAi = { OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined };
const simple = { model: llama, messages };

/** The official client, with the internal token that the gateway would add. */
async function clientOf(router: TestService, as: Principal = platform.user): Promise<OpenAI> {
  return new OpenAI({
    apiKey: 'checked by the gateway',
    baseURL: `${router.url}/v1`,
    maxRetries: 0,
    defaultHeaders: { [headers.identity]: await platform.identities.signer('gateway')('llm-router', as) },
  });
}

test('the official client gets a completion in its own shape, booked like any other', async () => {
  const client = await clientOf(await platform.start());
  const completion = await client.chat.completions.create({ ...simple, max_tokens: 20 });
  expect(completion).toMatchObject({ object: 'chat.completion', model: llama });
  expect(completion.choices[0]?.message.content).toEqual(expect.any(String));
  expect(completion._request_id).toEqual(expect.any(String));
  expect(await platform.booked(1)).toMatchObject([
    {
      request_id: completion._request_id,
      operation: 'llm.createChatCompletion',
      prompt_tokens: completion.usage?.prompt_tokens,
      completion_tokens: completion.usage?.completion_tokens,
    },
  ]);
});

test('fields unknown to the router reach the provider unchanged', async () => {
  const provider = await startScriptedProvider();
  const client = await clientOf(await platform.start({ TOGETHER_BASE_URL: provider.url, ...withoutOpenAi }));
  const body = {
    ...simple,
    seed: 7,
    stop: ['\n'],
    n: 2,
    tools: [{ type: 'function' as const, function: { name: 'look', parameters: { type: 'object' } } }],
    tool_choice: 'auto' as const,
  };
  await client.chat.completions.create(body);
  expect(provider.requests).toEqual([{ ...body, max_tokens: 4_096 }]);
});

test('integers beyond 2^53 reach the provider unchanged, anywhere in the body', async () => {
  const provider = await startScriptedProvider();
  const router = await platform.start({ TOGETHER_BASE_URL: provider.url, ...withoutOpenAi });
  const range = '{"minimum": -9223372036854775808, "maximum": 18446744073709551615, "multipleOf": 0.5}';
  const fields = `"seed": 9007199254740993, "tools": [{"type": "function", "function": {"name": "find", "parameters": ${range}}}]`;
  const text = `{"model": "${llama}", "messages": [{"role": "user", "content": "Call 12345678901234567890"}], ${fields}}`;
  const answer = await fetch(`${router.url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      [headers.identity]: await platform.identities.signer('gateway')('llm-router', platform.user),
    },
    body: text,
  });
  expect(answer.status).toBe(200);
  const [sent = ''] = provider.bodies;
  for (const exact of ['"seed":9007199254740993', range.replaceAll(': ', ':').replaceAll(', ', ',')]) {
    expect(sent).toContain(exact);
  }
  expect(sent).toContain('"Call 12345678901234567890"');
});

test('tool calls are returned unchanged', async () => {
  const client = await clientOf(await platform.start());
  const { choices } = await client.chat.completions.create({
    ...simple,
    tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }],
  });
  expect(choices[0]?.message.tool_calls).toMatchObject([{ type: 'function', function: { name: 'look' } }]);
});

test('the official client lists each model once, with its provider', async () => {
  const client = await clientOf(await platform.start());
  const models = await Array.fromAsync(await client.models.list());
  expect(models).toContainEqual({ id: llama, object: 'model', created: 0, owned_by: 'together_ai' });
  expect(models).toContainEqual({ id: 'gpt-4o-mini', object: 'model', created: 0, owned_by: 'openai' });
  expect(new Set(models.map(({ id }) => id)).size).toBe(models.length);
});

const failing = (fault: '400' | '429' | '500') => () => {
  for (const provider of [platform.together, platform.openai]) provider.behave({ rules: [{ fault }] });
};

test.each([
  ['a wrong request', failing('400'), OpenAI.BadRequestError, 400, 'invalid_value'],
  ['rate limits of all providers', failing('429'), OpenAI.RateLimitError, 429, 'PROVIDER_RATE_LIMITED'],
  ['providers that are down', failing('500'), OpenAI.InternalServerError, 503, 'LLM_UNAVAILABLE'],
])('%s becomes the matching error of the official client', async (_, fail, errorClass, status, code) => {
  fail();
  const client = await clientOf(await platform.start());
  const failure = await client.chat.completions.create(simple).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(errorClass);
  expect(failure).toMatchObject({ status, code, requestID: expect.any(String) });
  const { requestID, error } = failure as { requestID: string; error: { request_id: string } };
  expect(error.request_id).toBe(requestID);
});

const local = { id: 'local', models: { 'org/lokal': '本地模型', модель: 'модель' } };

/** Settings with a provider whose names of models are not ASCII. */
const withLocal = () => ({
  LLM_PROVIDERS: JSON.stringify([{ ...local, baseUrl: platform.together.url }]),
  TOGETHER_API_KEY: undefined,
  TOGETHER_BASE_URL: undefined,
});

test('the official client gets each listed model by its id, with slashes encoded or not', async () => {
  const router = await platform.start(withLocal());
  const client = await clientOf(router);
  for await (const model of await client.models.list()) {
    expect(await client.models.retrieve(model.id)).toEqual(model);
  }
  for (const path of ['/models/org/lokal', '/models/org%2Flokal', '/models/org%2flokal']) {
    expect(await client.get(path)).toMatchObject({ id: 'org/lokal', owned_by: 'local' });
  }
  // Neither is listed: OpenAI sells the first one, and serves its fallback model instead of the second.
  expect(await client.models.retrieve('gpt-4.1')).toMatchObject({ owned_by: 'openai' });
  expect(await client.models.retrieve(llama)).toMatchObject({ id: llama, owned_by: 'openai' });
});

const hostileNames = [
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'null',
  '0',
  ' leading and trailing ',
  'a/b//c/',
  '/rooted',
  'with?query=1&b#hash',
  'percent%2Fencoded%zz',
  '100%',
  'back\\slash',
  `quotes'"\``,
  'colon:free@latest',
  'star*',
  '<script>',
  '日本語モデル',
  'نموذج',
  '🦙-7b',
  'e\u0301 and \u00e9',
  '\u2028line\u2029',
  'x'.repeat(200),
];

test.each(['list', 'map'])(
  'every model that is listed can be asked for, whatever its name, in a %s',
  async (form) => {
    const own = Object.fromEntries(
      hostileNames.map((name, index) => [name, `own ${index} ${name}`.slice(0, 200)]),
    );
    const router = await platform.start({
      ...withLocal(),
      ...withoutOpenAi,
      LLM_PROVIDERS: JSON.stringify([
        { id: 'local', baseUrl: platform.together.url, models: form === 'list' ? hostileNames : own },
      ]),
    });
    const client = await clientOf(router);
    const listed = (await client.models.list()).data.map(({ id }) => id);
    expect(listed.toSorted()).toEqual(hostileNames.toSorted());
    for (const model of listed) {
      expect(await client.models.retrieve(model)).toMatchObject({ id: model, owned_by: 'local' });
      expect((await client.chat.completions.create({ ...simple, model })).model).toBe(
        form === 'list' ? model : own[model],
      );
      const chunks = await client.chat.completions.create({ ...simple, model, stream: true });
      let text = '';
      for await (const { choices } of chunks) text += choices[0]?.delta.content ?? '';
      expect(text).not.toBe('');
    }
  },
);

test('without a provider for the configured default model, the first model that is served is the default', async () => {
  const router = await platform.start({
    ...withoutOpenAi,
    TOGETHER_API_KEY: undefined,
    LLM_PROVIDERS: JSON.stringify([
      { id: 'local', baseUrl: platform.together.url, models: ['mine', 'other'] },
    ]),
  });
  const { status, body } = await platform.chat(router);
  expect([status, body.data.model]).toEqual([200, 'mine']);
});

test.each(['no-such-model', 'org/no-such-model', 'нет', 'a b', 'constructor', ' '])(
  'the model %j, which no provider serves, is a NotFoundError of both routes',
  async (model) => {
    const client = await clientOf(await platform.start());
    const unknown = { status: 404, code: 'model_not_found', param: 'model', type: 'invalid_request_error' };
    const asks = [
      () => client.models.retrieve(model),
      () => client.chat.completions.create({ ...simple, model }),
    ];
    for (const ask of asks) {
      const failure = await ask().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(OpenAI.NotFoundError);
      expect(failure).toMatchObject({ ...unknown, error: { error_code: 'MODEL_NOT_FOUND' } });
    }
    expect(platform.together.calls().calls).toBe(0);
  },
);

test('an unknown path is a NotFoundError and a wrong method an APIError, both in the form of OpenAI', async () => {
  const client = await clientOf(await platform.start());
  await expect(client.embeddings.create({ model: llama, input: 'Why?' })).rejects.toMatchObject({
    status: 404,
    code: 'NOT_FOUND',
  });
  await expect(client.models.delete(llama)).rejects.toMatchObject({
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    headers: expect.toSatisfy((headers: Headers) => headers.get('allow') === 'GET, HEAD'),
  });
});

test('a model whose name is not ASCII is served and booked, whole and streamed', async () => {
  const client = await clientOf(await platform.start(withLocal()));
  for (const model of ['org/lokal', '本地模型', 'модель']) {
    const { response } = await client.chat.completions.create({ ...simple, model }).withResponse();
    const own = model === 'модель' ? model : '本地模型';
    expect(decodeURI(response.headers.get('x-llm-model') ?? '')).toBe(own);
    const stream = await client.chat.completions.create({ ...simple, model, stream: true });
    expect((await Array.fromAsync(stream)).length).toBeGreaterThan(0);
  }
  const rows = await platform.booked(6);
  expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(['succeeded']));
});

test('the provider that has the model is called before the one that would substitute', async () => {
  const owner = await startScriptedProvider();
  const entry = { id: 'owner', baseUrl: owner.url, models: ['qwen3-32b'] };
  const router = await platform.start({ ...withLocal(), LLM_PROVIDERS: JSON.stringify([entry]) });
  const client = await clientOf(router);
  const asked = client.chat.completions.create({ ...simple, model: 'qwen3-32b' });
  const { response } = await asked.withResponse();
  expect(response.headers.get('x-llm-provider')).toBe('owner');
  expect(platform.openai.calls().calls).toBe(0);
});

test.each([
  ['no messages', { model: llama, messages: [] }],
  ['too many answers', { ...simple, n: 1_000 }],
])('%s is a BadRequestError', async (_, body) => {
  const client = await clientOf(await platform.start());
  await expect(client.chat.completions.create(body)).rejects.toBeInstanceOf(OpenAI.BadRequestError);
  expect(platform.together.calls().calls).toBe(0);
});

test('an anonymous caller is an AuthenticationError, a key without the scope a PermissionDeniedError', async () => {
  const router = await platform.start();
  const anonymous = await clientOf(router, { kind: 'anonymous' });
  await expect(anonymous.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  const key = await clientOf(router, apiKeyPrincipal(['flags:evaluate'], platform.user));
  await expect(key.models.list()).rejects.toBeInstanceOf(OpenAI.PermissionDeniedError);
});

test('the client does not retry what failover has already tried', async () => {
  const router = await platform.start({ TOGETHER_BASE_URL: refusedUrl, OPENAI_BASE_URL: refusedUrl });
  const client = (await clientOf(router)).withOptions({ maxRetries: 2 });
  await expect(client.chat.completions.create(simple)).rejects.toBeInstanceOf(OpenAI.InternalServerError);
  await platform.booked(2);
});
