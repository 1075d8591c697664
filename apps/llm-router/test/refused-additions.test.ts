import { expect, test } from 'vitest';
import { startServerInTest } from '../src/providers/test-support/server-in-test.ts';
import { expectError, usePlatform } from './support/platform.ts';
import { askForStream } from './support/streams.ts';

const platform = usePlatform();

type Body = Readonly<Record<string, unknown>>;

const answer = JSON.stringify({
  choices: [{ message: { content: 'Because.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 2 },
});
const events = [
  'data: {"choices":[{"index":0,"delta":{"content":"Because."},"finish_reason":"stop"}]}',
  'data: [DONE]',
  '',
].join('\n\n');

/** A router whose first provider refuses some requests. Returns the bodies that the provider received. */
async function routerWith(
  refuse: (body: Body) => readonly [status: number, text: string] | undefined,
  settings = {},
) {
  const provider = await startServerInTest((response, { body }) => {
    const asked = JSON.parse(body) as Body;
    const refused = refuse(asked);
    if (refused) response.writeHead(refused[0]).end(refused[1]);
    else if (asked.stream) response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  });
  const router = await platform.start({ TOGETHER_BASE_URL: provider.url, ...settings });
  const bodies = () => provider.requests.map(({ body }) => JSON.parse(body) as Body);
  const ask = (body: object = {}, stream = false) =>
    askForStream(platform, router, { body: { stream, ...body } });
  return { router, bodies, ask };
}

const forbidden = (...fields: readonly string[]) => {
  const detail = fields.map((field) => ({
    type: 'extra_forbidden',
    loc: ['body', field],
    msg: 'Extra inputs are not permitted',
  }));
  return [422, JSON.stringify({ detail })] as const;
};
const saying = (message: string, status = 400) => [status, JSON.stringify({ error: { message } })] as const;

test.each<[string, boolean, (body: Body) => readonly [number, string] | undefined, Body]>([
  [
    'does not know stream_options',
    true,
    (body) => (body.stream_options ? forbidden('stream_options') : undefined),
    { stream_options: undefined, max_tokens: 4_096 },
  ],
  [
    'does not know stream_options, and says so with status 500',
    true,
    (body) => (body.stream_options ? saying('unexpected keyword: stream_options', 500) : undefined),
    { stream_options: undefined },
  ],
  [
    'does not know max_tokens',
    false,
    (body) =>
      body.max_tokens
        ? saying("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'.")
        : undefined,
    { max_tokens: undefined, max_completion_tokens: 4_096 },
  ],
  [
    'knows no limit at all',
    false,
    (body) =>
      body.max_tokens
        ? forbidden('max_tokens')
        : body.max_completion_tokens
          ? forbidden('max_completion_tokens')
          : undefined,
    { max_tokens: undefined, max_completion_tokens: undefined },
  ],
  [
    'does not know two fields',
    true,
    (body) =>
      body.stream_options || body.max_tokens ? forbidden('stream_options', 'max_tokens') : undefined,
    { stream_options: undefined, max_tokens: undefined, max_completion_tokens: 4_096 },
  ],
])(
  'a provider that %s is called without it, before another one, and remembered',
  async (_, stream, refuse, expected) => {
    const { ask, bodies } = await routerWith(refuse);
    const first = await ask({}, stream);
    await first.text();
    expect([first.status, first.headers.get('x-llm-provider')]).toEqual([200, 'together_ai']);
    const calls = bodies().length;
    expect(calls).toBeGreaterThan(1);
    const last = bodies().at(-1);
    for (const [field, value] of Object.entries(expected)) expect(last?.[field]).toEqual(value);
    await (await ask({}, stream)).text();
    expect(bodies()).toHaveLength(calls + 1);
    expect(platform.openai.calls().calls).toBe(0);
    const rows = await platform.booked(calls + 1);
    expect(rows.slice(0, calls - 1)).toEqual(
      rows
        .slice(0, calls - 1)
        .map(() => expect.objectContaining({ status: 'failed', error_code: 'unsupported', cost_nanos: '0' })),
    );
  },
);

test.each<[string, boolean, (body: Body) => readonly [number, string] | undefined]>([
  [
    'has a smaller context than the default limit',
    false,
    (body) =>
      body.max_tokens
        ? saying(
            "This model's maximum context length is 4096 tokens. However, you requested 4146 tokens (50 in the messages, 4096 in the completion).",
          )
        : undefined,
  ],
  ['refuses a field without a word', true, (body) => (body.stream_options ? [400, ''] : undefined)],
])('a provider that %s is called without it', async (_, stream, refuse) => {
  const { ask, bodies } = await routerWith(refuse);
  const response = await ask({}, stream);
  await response.text();
  expect([response.status, response.headers.get('x-llm-provider')]).toEqual([200, 'together_ai']);
  expect(bodies()).toHaveLength(2);
  expect(bodies()[1]).not.toHaveProperty(stream ? 'stream_options' : 'max_tokens');
});

test.each<[string, Body]>([
  ['limit', { max_tokens: 9_000 }],
  ['limit under the newer name', { max_completion_tokens: 9_000 }],
])('the caller’s own %s that is too large is refused to the caller', async (_, fields) => {
  const { ask, bodies } = await routerWith(() => saying('max_tokens is too large: 9000.'));
  const response = await ask(fields);
  expect([response.status, await response.json()]).toMatchObject([
    400,
    { error: { message: expect.stringContaining('max_tokens is too large') } },
  ]);
  expect(bodies()).toHaveLength(1);
});

test('the caller’s own stream options are refused to the caller', async () => {
  const { ask, bodies } = await routerWith(() => forbidden('stream_options'));
  expect((await ask({ stream_options: { include_usage: true } }, true)).status).toBe(400);
  expect(bodies()).toHaveLength(1);
});

test('a refusal that remains without the additions is the caller’s, in the provider’s words', async () => {
  const { router, bodies } = await routerWith(() => saying('The context length is 10 tokens.'));
  const refused = await platform.chat(router);
  expectError(refused, 400, 'VALIDATION_FAILED');
  expect(refused.body.message).toContain('The context length is 10 tokens.');
  expect(bodies()).toHaveLength(2);
  // The limit is not unknown to the provider, so the next request has it again.
  await platform.chat(router);
  expect(bodies()[2]).toHaveProperty('max_tokens');
});
