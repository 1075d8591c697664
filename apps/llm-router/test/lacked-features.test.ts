import { headers } from '@valuecanvas/contracts-core';
import type { TestService } from '@valuecanvas/testing';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { expectError, llama, usePlatform } from './support/platform.ts';
import { askForStream, eventsOf } from './support/streams.ts';

const platform = usePlatform();

/** A single provider, so that no failover hides a refusal. */
const alone = { OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined };

const schema = {
  type: 'object',
  properties: { suggestions: { type: 'array', items: { type: 'string' } } },
  required: ['suggestions'],
  additionalProperties: false,
};
const bySchema = {
  type: 'json_schema' as const,
  json_schema: { name: 'suggestions', schema, strict: true },
};
const asked = { prompt: 'How can a bakery win commuters?', responseFormat: bySchema };

/** Calls and refusals of the provider since the reset. */
const counts = () => {
  const { calls, rejected } = platform.together.calls();
  return { calls, rejected };
};

async function clientOf(router: TestService): Promise<OpenAI> {
  return new OpenAI({
    apiKey: 'checked by the gateway',
    baseURL: `${router.url}/v1`,
    maxRetries: 0,
    defaultHeaders: {
      [headers.identity]: await platform.identities.signer('gateway')('llm-router', platform.user),
    },
  });
}

test.each([
  ['schemas', ['json_schema'], 1],
  ['JSON formats', ['json_schema', 'json_object'], 2],
] as const)(
  'a model without %s answers the same request, and the router remembers it',
  async (_, lacks, refusals) => {
    platform.together.behave({ lacks });
    const router = await platform.start(alone);
    const first = await platform.chat(router, asked);
    expect(first).toMatchObject({ status: 200, body: { data: { provider: 'together_ai', model: llama } } });
    expect(counts()).toEqual({ calls: 1, rejected: refusals });
    const again = await platform.chat(router, { ...asked, prompt: 'How can a bakery win offices?' });
    expect(again.status).toBe(200);
    expect(counts()).toEqual({ calls: 2, rejected: refusals });
  },
);

test('a stream starts in the weaker format as well', async () => {
  platform.together.behave({ lacks: ['json_schema'] });
  const router = await platform.start(alone);
  const response = await askForStream(platform, router, {
    path: '/api/llm/chat',
    body: { messages: undefined, model: llama, ...asked, stream: true },
  });
  const events = eventsOf(await response.text());
  expect(events.at(-1)).toMatchObject({ event: 'done', data: { provider: 'together_ai' } });
  expect(counts()).toEqual({ calls: 1, rejected: 1 });
});

test('OpenAI’s client gets an answer from a model without schemas, and is not told about the refusal', async () => {
  platform.together.behave({ lacks: ['json_schema', 'developer'] });
  const client = await clientOf(await platform.start(alone));
  const { choices } = await client.chat.completions.create({
    model: llama,
    messages: [
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: asked.prompt },
    ],
    response_format: bySchema,
  });
  expect(() => JSON.parse(choices[0]?.message.content ?? '')).not.toThrow();
  expect(counts()).toEqual({ calls: 1, rejected: 2 });
});

test('refusals of a format cost nothing, count as one request and touch no breaker', async () => {
  platform.together.behave({ lacks: ['json_schema', 'json_object'] });
  const router = await platform.start({
    ...alone,
    LLM_TIERS: JSON.stringify({ pro: { requestsPerMinute: 2 } }),
  });
  expect((await platform.chat(router, asked)).status).toBe(200);
  const refused = { status: 'failed', error_code: 'unsupported', cost_nanos: '0' };
  expect(await platform.booked(3)).toMatchObject([refused, refused, { status: 'succeeded' }]);
  expect(await platform.stats(router)).toMatchObject({
    together_ai: { state: 'closed', calls: 1, failures: 0, fallbacks: 0 },
  });
  expect((await platform.chat(router, asked)).status).toBe(200);
  expectError(await platform.chat(router, asked), 429, 'RATE_LIMITED');
});

test('a configured lack is never tried', async () => {
  platform.together.behave({ lacks: ['json_schema'] });
  const own = {
    id: 'own',
    baseUrl: platform.together.url,
    models: { 'my-model': 'own-model' },
    lacks: { 'own-model': ['json_schema'] },
  };
  const router = await platform.start({
    ...alone,
    TOGETHER_API_KEY: undefined,
    LLM_PROVIDERS: JSON.stringify([own]),
  });
  expect((await platform.chat(router, { ...asked, model: 'my-model' })).status).toBe(200);
  expect(counts()).toEqual({ calls: 1, rejected: 0 });
});

test('concurrent requests that are refused together all get their answer', async () => {
  platform.together.behave({ lacks: ['json_schema'], latencyMs: 50 });
  const router = await platform.start(alone);
  const answers = await Promise.all(
    Array.from({ length: 4 }, (_, at) => platform.chat(router, { ...asked, prompt: `Question ${at}?` })),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const { data } = (await platform.chat(router, { ...asked, prompt: 'Last?' })).body;
  expect(() => JSON.parse(data.content)).not.toThrow();
  expect(counts().rejected).toBe(4);
});

test('the answer of a weaker format is cached for the same request', async () => {
  platform.together.behave({ lacks: ['json_schema'] });
  const router = await platform.start({ ...alone, LLM_CACHE_ENABLED: 'true' });
  const first = await platform.chat(router, asked);
  const again = await platform.chat(router, asked);
  expect(again.body.data).toMatchObject({ cached: true, content: first.body.data.content });
});

test('an invalid request of the caller is still the caller’s error', async () => {
  platform.together.behave({ lacks: ['json_schema'] });
  const client = await clientOf(await platform.start(alone));
  const response_format = { type: 'json_schema' as const, json_schema: { name: 'x' } };
  const messages = [{ role: 'user' as const, content: 'Why?' }];
  await expect(
    client.chat.completions.create({ model: llama, messages, response_format }),
  ).rejects.toMatchObject({
    status: 400,
    param: 'response_format.json_schema',
  });
});
