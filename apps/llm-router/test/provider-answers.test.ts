import { describe, expect, test } from 'vitest';
import { llama, usePlatform } from './support/platform.ts';
import { startScriptedProvider } from './support/scripted-provider.ts';
import { askForStream, chunksOf, eventsOf } from './support/streams.ts';

const platform = usePlatform();
const done = 'data: [DONE]\n\n';
const usage = { prompt_tokens: 20, completion_tokens: 8, total_tokens: 28 };

const event = (data: object) =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', ...data })}\n\n`;
const piece = (delta: object, finish: string | null = null, rest: object = {}) =>
  event({ choices: [{ index: 0, delta, finish_reason: finish }], ...rest });
const good = [piece({ role: 'assistant', content: 'Rye' }), piece({ content: ' loaf' }, 'stop')];

async function routerWith(answer: Parameters<typeof startScriptedProvider>[0]) {
  const { url } = await startScriptedProvider(answer);
  return platform.start({ TOGETHER_BASE_URL: url });
}

interface ChunkOfClient {
  readonly choices: readonly { readonly delta: { readonly content?: string | null } }[];
  readonly usage?: unknown;
}

/** Streams as a client does that trusts OpenAI's form. */
async function readAsClient(events: readonly string[], body: object = {}) {
  const router = await routerWith({ events: events.join('') });
  const text = await (await askForStream(platform, router, { body })).text();
  const chunks = chunksOf(text).filter((each) => each !== '[DONE]') as ChunkOfClient[];
  return {
    text,
    content: chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta.content ?? '')).join(''),
    withoutChoices: chunks.filter(({ choices }) => choices.length === 0),
  };
}

describe.each<[what: string, events: string[]]>([
  ['choices that are null beside the usage', [...good, event({ choices: null, usage }), done]],
  ['usage without choices', [...good, event({ usage }), done]],
  [
    'empty errors',
    [
      piece({ content: 'Rye' }, null, { error: {} }),
      piece({ content: ' loaf' }, 'stop', { error: { message: '', code: null } }),
      done,
    ],
  ],
  [
    'errors that are null',
    [piece({ content: 'Rye' }, null, { error: null }), piece({ content: ' loaf' }, 'stop'), done],
  ],
  ['a keep-alive as data', [good[0] ?? '', 'data: : keepalive\n\n', good[1] ?? '', done]],
  ['an empty keep-alive', [good[0] ?? '', 'data:\n\n', good[1] ?? '', done]],
  ['a named keep-alive', [good[0] ?? '', 'event: ping\ndata: {}\n\n', good[1] ?? '', done]],
  ['choices of another type after the end', [...good, event({ choices: {}, usage }), done]],
  ['an error after the end', [...good, event({ error: { message: 'Late.' } }), done]],
  ['no JSON after the end', [...good, 'data: bye\n\n', done]],
  [
    'content parts',
    [
      piece({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] }),
      piece({ content: [{ type: 'text', text: 'Rye' }] }),
      good[1] ?? '',
      done,
    ],
  ],
  [
    'a delta that is null',
    [piece({ content: 'Rye' }), event({ choices: [{ index: 0, delta: null }] }), good[1] ?? '', done],
  ],
])('a stream with %s', (_, events) => {
  test('is a whole stream in OpenAI’s form', async () => {
    const { text, content, withoutChoices } = await readAsClient(events);
    expect(content).toBe('Rye loaf');
    expect(text.endsWith(done)).toBe(true);
    expect(text).not.toContain('"error":{"message":"Late."');
    expect(withoutChoices).toEqual([]);
  });

  test('is a whole answer of the chat route', async () => {
    const router = await routerWith({ events: events.join('') });
    const asked = { path: '/api/llm/chat', body: { messages: undefined, prompt: 'Why?', stream: true } };
    const { data } = eventsOf(await (await askForStream(platform, router, asked)).text()).at(-1) ?? {};
    expect(data).toMatchObject({ content: 'Rye loaf', finishReason: 'stop' });
  });
});

test('a client that asks for usage gets it with a list of choices', async () => {
  const body = { stream_options: { include_usage: true } };
  const { withoutChoices } = await readAsClient([...good, event({ choices: null, usage }), done], body);
  expect(withoutChoices).toMatchObject([{ choices: [], usage }]);
});

test('usage in an invalid event after the end is booked', async () => {
  await readAsClient([...good, event({ choices: {}, usage }), done]);
  const [row] = await platform.booked(1);
  expect(row).toMatchObject({ prompt_tokens: 20, completion_tokens: 8, cost_estimated: false });
});

test('an error as a finish reason before the first relayed event fails over', async () => {
  const failed = { index: 0, delta: {}, finish_reason: 'error', error: { code: 502, message: 'inner' } };
  const early = await readAsClient([event({ choices: [failed] }), done]);
  expect(early.text.endsWith(done)).toBe(true);
  expect(platform.openai.calls().calls).toBe(1);
});

const call = (args: unknown) => ({
  id: 'c1',
  type: 'function',
  function: { name: 'answer', arguments: args },
});

test.each<[what: string, message: object, finish: string, expected: object]>([
  [
    'content parts',
    {
      content: [
        { type: 'text', text: 'Rye' },
        { type: 'text', text: ' loaf' },
      ],
    },
    'stop',
    { content: 'Rye loaf' },
  ],
  [
    'a tool call',
    { content: null, tool_calls: [call('{"a":1}')] },
    'tool_calls',
    { content: '{"a":1}', finishReason: 'tool_calls' },
  ],
  [
    'arguments as an object',
    { content: '', tool_calls: [call({ a: 1 })] },
    'tool_calls',
    { content: '{"a":1}' },
  ],
  ['reasoning only', { content: '', reasoning_content: 'Rye' }, 'stop', { content: 'Rye' }],
  ['reasoning under another name', { reasoning: 'Rye' }, 'stop', { content: 'Rye' }],
  ['text and reasoning', { content: 'Rye', reasoning_content: 'Hm.' }, 'stop', { content: 'Rye' }],
  ['a refusal', { content: null, refusal: 'No.' }, 'stop', { content: 'No.', finishReason: 'refusal' }],
])('the chat route answers with the text of %s, whole and streamed', async (_, message, finish, expected) => {
  const events = `${piece(message)}${piece({}, finish)}${done}`;
  const router = await routerWith({ choices: [{ message, finish_reason: finish }], events });
  const { body } = await platform.chat(router, { prompt: 'Why?' });
  expect(body.data).toMatchObject(expected);
  const asked = { path: '/api/llm/chat', body: { messages: undefined, prompt: 'Why?', stream: true } };
  const streamed = eventsOf(await (await askForStream(platform, router, asked)).text());
  expect(streamed.at(-1)?.data).toMatchObject(expected);
  const deltas = streamed.filter(({ event: name }) => name === 'delta');
  expect(deltas.map(({ data }) => (data as { content: string }).content).join('')).toBe(body.data.content);
});

test.each([{ message: null }, { message: {} }, { message: { content: 5 } }, { text: 'Rye' }])(
  'a whole answer without readable content is the provider’s fault: %j',
  async (choice) => {
    const router = await routerWith({ choices: [{ ...choice, finish_reason: 'stop' }] });
    await platform.chat(router, { prompt: 'Why?' });
    expect(platform.openai.calls().calls).toBe(1);
  },
);

test('content parts of a whole answer reach OpenAI’s clients as text', async () => {
  const content = [
    { type: 'text', text: 'Rye' },
    { type: 'text', text: ' loaf' },
  ];
  const router = await routerWith({ choices: [{ index: 0, message: { content }, finish_reason: 'stop' }] });
  const body = { model: llama, messages: [{ role: 'user', content: 'Why?' }] };
  const answer = await router.request('/v1/chat/completions', { method: 'POST', as: platform.user, body });
  expect(answer.body).toMatchObject({ choices: [{ message: { content: 'Rye loaf' } }] });
});
