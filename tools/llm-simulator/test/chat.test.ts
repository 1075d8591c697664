import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_BODY_BYTES } from '../src/http/read-body.ts';
import { type Simulator, startSimulator } from '../src/index.ts';
import { tokensOf } from '../src/tokens.ts';
import { asking, clientFor, collect } from './client.ts';

let simulator: Simulator;
let client: ReturnType<typeof clientFor>;

beforeAll(async () => {
  simulator = await startSimulator();
  client = clientFor(simulator);
});
afterAll(() => simulator.stop());

const contentOf = (completion: { choices: { message: { content: string | null } }[] }) =>
  completion.choices.map(({ message }) => message.content ?? '');

const list = { type: 'array', items: { type: 'string' }, minItems: 3 };
const refinement = {
  type: 'object',
  properties: { suggestions: list, reasoning: { type: 'string' } },
  required: ['suggestions', 'reasoning'],
  additionalProperties: false,
};
const tool = {
  type: 'function' as const,
  function: {
    name: 'price_item',
    parameters: {
      type: 'object',
      properties: { business: { type: 'string' }, price: { type: 'number', minimum: 1, maximum: 9 } },
      required: ['business', 'price'],
      additionalProperties: false,
    },
  },
};

describe('a chat completion', () => {
  test('mentions the business in the request', async () => {
    const completion = await client.chat.completions.create(asking());
    expect(completion).toMatchObject({ object: 'chat.completion', model: 'gpt-4o-mini' });
    expect(completion.id).toMatch(/^chatcmpl-[0-9a-f]{29}$/);
    expect(completion.choices[0]).toMatchObject({
      index: 0,
      finish_reason: 'stop',
      message: { role: 'assistant' },
    });
    expect(contentOf(completion)[0]).toContain('Sunrise Bakery');
    expect(completion._request_id).toMatch(/^req_/);
  });

  test('says that a simulator answers if no business is described', async () => {
    const completion = await client.chat.completions.create(asking('What is the capital of France?'));
    expect(contentOf(completion)[0]).toContain('simulator');
    expect(contentOf(completion)[0]).toContain('What is the capital of France?');
  });

  test('reports the tokens of prompt and answer', async () => {
    const { usage, choices } = await client.chat.completions.create(asking('abcde'));
    const completion = tokensOf(choices[0]?.message.content ?? '');
    expect(usage).toMatchObject({
      prompt_tokens: 2,
      completion_tokens: completion,
      total_tokens: 2 + completion,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
    });
  });

  test('has the same bytes for the same request and seed, in another process too, and others for another seed', async () => {
    const bytesFrom = async (from: Simulator, seed?: number) => {
      const body = JSON.stringify({ ...asking(), ...(seed !== undefined && { seed }) });
      return (await fetch(`${from.url}/chat/completions`, { method: 'POST', body })).text();
    };
    const [same, other] = await Promise.all([startSimulator(), startSimulator({ seed: 2 })]);
    const first = await bytesFrom(simulator);
    expect(await bytesFrom(simulator)).toBe(first);
    expect(await bytesFrom(same)).toBe(first);
    expect(await bytesFrom(other)).not.toBe(first);
    expect(await bytesFrom(simulator, 7)).not.toBe(first);
    await Promise.all([same.stop(), other.stop()]);
  });

  test('has n choices that differ', async () => {
    const completion = await client.chat.completions.create({ ...asking(), n: 4 });
    expect(completion.choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(new Set(contentOf(completion)).size).toBeGreaterThan(1);
  });

  test('ends before a stop sequence', async () => {
    const completion = await client.chat.completions.create({ ...asking(), stop: ['Bakery'] });
    expect(contentOf(completion)[0]).not.toContain('Bakery');
    expect(completion.choices[0]?.finish_reason).toBe('stop');
  });

  test.each(['max_tokens', 'max_completion_tokens'])('is cut at %s', async (limit) => {
    const completion = await client.chat.completions.create({ ...asking(), [limit]: 3 });
    expect(completion.choices[0]?.finish_reason).toBe('length');
    expect(completion.usage?.completion_tokens).toBe(3);
  });

  test.each([
    [undefined, 'default'],
    ['auto', 'default'],
    ['flex', 'flex'],
    ['priority', 'priority'],
  ] as const)(
    'that asks for the service tier %s comes in the tier %s, streamed or not',
    async (asked, tier) => {
      const asks = { ...asking(), ...(asked && { service_tier: asked }) };
      const whole = await client.chat.completions.create(asks);
      const chunks = await collect(await client.chat.completions.create({ ...asks, stream: true }));
      expect([whole, ...chunks].map(({ service_tier }) => service_tier)).toEqual(
        Array(chunks.length + 1).fill(tier),
      );
    },
  );

  test('accepts content in parts and counts an attachment', async () => {
    const image = { type: 'image_url' as const, image_url: { url: 'data:image/png;base64,AAAA' } };
    const content = [{ type: 'text' as const, text: 'Sunrise Bakery is a bakery' }, image];
    const completion = await client.chat.completions.create({
      model: 'm',
      messages: [{ role: 'user', content }],
    });
    expect(contentOf(completion)[0]).toContain('Sunrise Bakery');
    expect(completion.usage?.prompt_tokens).toBe(tokensOf('Sunrise Bakery is a bakery') + 85);
  });

  test('fills all nine blocks with several items about the business', async () => {
    const completion = await client.chat.completions.create({
      ...asking('Business model canvas as JSON for: Sunrise Bakery, a bakery in Lyon'),
      response_format: { type: 'json_object' },
    });
    const canvas: Record<string, string[]> = JSON.parse(contentOf(completion)[0] ?? '');
    expect(Object.keys(canvas)).toHaveLength(9);
    for (const items of Object.values(canvas)) {
      expect(items.length).toBeGreaterThanOrEqual(3);
      expect(items[0]).toMatch(/Sunrise Bakery|fresh food made daily|people in the neighbourhood/);
    }
  });

  test('answers a JSON schema with suggestions for the named section that were not there yet', async () => {
    const current = 'The website and newsletter of Sunrise Bakery';
    const completion = await client.chat.completions.create({
      ...asking(`Business: Sunrise Bakery, a bakery\nSection: channels\nCurrent: ${current}`),
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'refinement', strict: true, schema: refinement },
      },
    });
    const answer = JSON.parse(contentOf(completion)[0] ?? '');
    expect(answer).toEqual({
      suggestions: expect.any(Array),
      reasoning: expect.stringContaining('channels'),
    });
    expect(answer.suggestions.length).toBeGreaterThanOrEqual(3);
    expect(answer.suggestions).toContain('Recommendations from customers of Sunrise Bakery');
    expect(answer.suggestions).not.toContain(current);
  });

  test('calls a tool with arguments that fit its schema, then answers its result', async () => {
    const { choices } = await client.chat.completions.create({ ...asking(), tools: [tool] });
    const [choice] = choices;
    const [call] = choice?.message.tool_calls ?? [];
    if (!choice || call?.type !== 'function') throw new Error('no tool was called');
    expect(choice.finish_reason).toBe('tool_calls');
    const { business, price } = JSON.parse(call.function.arguments);
    expect(business).toBe('Sunrise Bakery');
    expect(price).toBeGreaterThanOrEqual(1);

    const result = { role: 'tool' as const, tool_call_id: call.id, content: '4.20' };
    const messages = [...asking().messages, choice.message, result];
    const final = await client.chat.completions.create({ model: 'm', messages, tools: [tool] });
    expect(final.choices[0]).toMatchObject({ finish_reason: 'stop' });
    expect(contentOf(final)[0]).toContain('Sunrise Bakery');
  });

  test('obeys tool_choice', async () => {
    const other = { ...tool, function: { ...tool.function, name: 'other' } };
    const tools = [tool, other];
    const none = await client.chat.completions.create({ ...asking(), tools, tool_choice: 'none' });
    expect(none.choices[0]?.message.tool_calls).toBeUndefined();
    const choice = { type: 'function' as const, function: { name: 'other' } };
    const named = await client.chat.completions.create({ ...asking(), tools, tool_choice: choice });
    expect(named.choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { name: 'other' } });
  });
});

describe('a streamed chat completion', () => {
  test('has the content of the whole answer, its finish reason and, if asked, its usage', async () => {
    const whole = await client.chat.completions.create(asking());
    const request = { ...asking(), stream: true as const, stream_options: { include_usage: true } };
    const chunks = await collect(await client.chat.completions.create(request));
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(contentOf(whole)[0]);
    expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant');
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: whole.usage });
    expect(new Set(chunks.map(({ id }) => id))).toEqual(new Set([whole.id]));
  });

  test('reports no usage unless asked', async () => {
    const chunks = await collect(await client.chat.completions.create({ ...asking(), stream: true }));
    expect(chunks.every(({ usage }) => usage === undefined)).toBe(true);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
  });

  test('ends with [DONE]', async () => {
    const body = JSON.stringify({ ...asking(), stream: true });
    const response = await fetch(`${simulator.url}/chat/completions`, { method: 'POST', body });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(await response.text()).toMatch(/\n\ndata: \[DONE\]\n\n$/);
  });

  test('sends a tool call in pieces that the official client joins', async () => {
    const final = await client.chat.completions
      .stream({ ...asking(), tools: [tool], n: 2 })
      .finalChatCompletion();
    for (const { message, finish_reason } of final.choices) {
      const [call] = message.tool_calls ?? [];
      expect(finish_reason).toBe('tool_calls');
      expect(call?.type === 'function' && JSON.parse(call.function.arguments)).toMatchObject({
        business: 'Sunrise Bakery',
      });
    }
  });
});

describe('an invalid request', () => {
  test.each([
    ['no model', { messages: asking().messages }, 'model'],
    ['no messages', { model: 'm', messages: [] }, 'messages'],
    ['an unknown role', { model: 'm', messages: [{ role: 'poet', content: 'x' }] }, 'messages[0].role'],
    ['a message without content', { model: 'm', messages: [{ role: 'user' }] }, 'messages[0].content'],
    ['too many choices', { ...asking(), n: 129 }, 'n'],
    ['a negative limit', { ...asking(), max_tokens: -1 }, 'max_tokens'],
    ['a stream that is not a boolean', { ...asking(), stream: 'yes' }, 'stream'],
    ['a temperature out of range', { ...asking(), temperature: 3 }, 'temperature'],
    ['an invalid tool', { ...asking(), tools: [{}] }, 'tools[0]'],
    ['a choice among no tools', { ...asking(), tool_choice: 'required' }, 'tool_choice'],
    ['JSON mode without the word', { ...asking(), response_format: { type: 'json_object' } }, 'messages'],
    ['an unknown format', { ...asking(), response_format: { type: 'xml' } }, 'response_format'],
    [
      'a schema without a name',
      { ...asking(), response_format: { type: 'json_schema' } },
      'response_format.json_schema',
    ],
  ])('with %s is a 400 that names the parameter', async (_, body, param) => {
    const response = await fetch(`${simulator.url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', param } });
  });

  test.each(['', '{', '[]', 'null'])('%j is a 400 in the shape of the protocol', async (body) => {
    const response = await fetch(`${simulator.url}/chat/completions`, { method: 'POST', body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_json' } });
  });

  test('with a body beyond the limit is a 413, and the next request is served', async () => {
    const body = Buffer.alloc(MAX_BODY_BYTES + 1, ' ');
    const response = await fetch(`${simulator.url}/chat/completions`, { method: 'POST', body });
    expect(response.status).toBe(413);
    await client.chat.completions.create(asking());
  });

  test.each([
    ['POST', '/nothing', 404],
    ['GET', '/chat/completions', 405],
    ['GET', '/models/%', 400],
  ])('%s %s is answered %i', async (method, path, status) => {
    expect((await fetch(simulator.url + path, { method })).status).toBe(status);
  });
});

describe('keys and models', () => {
  test('any model may be called, and the default ones are listed', async () => {
    const ids = (await collect(client.models.list())).map(({ id }) => id);
    expect(ids).toContain('meta-llama/Llama-3-70b-chat-hf');
    expect(await client.models.retrieve('meta-llama/Llama-3-70b-chat-hf')).toMatchObject({ object: 'model' });
    expect(await client.chat.completions.create({ ...asking(), model: 'any' })).toMatchObject({
      model: 'any',
    });
  });

  test('configured keys are required, and only configured models exist', async () => {
    const strict = await startSimulator({ keys: ['sk-test-0001'], models: ['one'] });
    const allowed = clientFor(strict);
    const stranger = allowed.withOptions({ apiKey: 'sk-wrong' });
    expect((await collect(allowed.models.list())).map(({ id }) => id)).toEqual(['one']);
    await expect(allowed.chat.completions.create(asking())).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
    await expect(stranger.chat.completions.create(asking())).rejects.toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    });
    await expect(stranger.models.list()).rejects.toMatchObject({ status: 401 });
    expect((await fetch(`${strict.url}/chat/completions`, { method: 'POST' })).status).toBe(401);
    expect(strict.calls()).toMatchObject({ calls: 0, rejected: 4 });
    await strict.stop();
  });
});
