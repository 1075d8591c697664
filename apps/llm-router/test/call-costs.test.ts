import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { headers } from '@valuecanvas/contracts-core';
import { llmUsage } from '@valuecanvas/contracts-llm-router';
import { createKeys } from '@valuecanvas/redis';
import { eventually, startServiceProcess } from '@valuecanvas/testing';
import { expect, onTestFinished, test } from 'vitest';
import { type ServerInTest, startServerInTest } from '../src/providers/test-support/server-in-test.ts';
import { passTime } from './support/pass-time.ts';
import { refusedUrl, type UsageRow, usePlatform } from './support/platform.ts';
import { settleTheDead } from './support/settle-the-dead.ts';
import { askForStream } from './support/streams.ts';

const platform = usePlatform();

const alone = { OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined };
const usage = { prompt_tokens: 1_000, completion_tokens: 50, total_tokens: 1_050 };
const content = 'Rye loaf, baked at five.';
/** Nano-dollars per token of the test's model, for prompt and answer alike. */
const nanosPerToken = 900;

const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
const piece = (delta: object, more: object = {}) =>
  event({ choices: [{ index: 0, delta, finish_reason: null }], ...more });
const overloaded = { error: { message: 'Overloaded.', type: 'overloaded_error', code: 529 } };
const whole = JSON.stringify({ choices: [{ message: { content }, finish_reason: 'stop' }] });

/** A failure as the provider acts it out, and how the client behaves. */
interface Scenario {
  readonly provider?: (response: ServerResponse) => void;
  readonly streamed?: true;
  /** The client disconnects once the provider has the request, or once the client has a part of the answer. */
  readonly leaves?: 'before' | 'within';
}

const answers =
  (status: number, body: string, type = 'application/json') =>
  (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': type }).end(body);
  };

const refuses = (status: number): Scenario => ({
  provider: answers(status, JSON.stringify({ error: { message: 'No.', type: 'x' } })),
});

/** Sends the pieces of a stream in separate packets, then ends it, breaks it off, or stays silent. */
const streams = (
  ending: 'end' | 'break' | 'silence',
  ...pieces: readonly string[]
): Pick<Scenario, 'provider' | 'streamed'> => ({
  streamed: true,
  provider(response) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const left = [...pieces];
    const writing = setInterval(() => {
      const next = left.shift();
      if (next !== undefined) return void response.write(next);
      clearInterval(writing);
      if (ending === 'break') response.destroy();
      if (ending === 'end') response.end();
    }, 20);
    response.on('close', () => clearInterval(writing));
  },
});

const silent = (): void => undefined;

/** Scenarios by the first column of the README's table. */
const scenarios: Readonly<Record<string, Scenario>> = {
  answers: { provider: answers(200, JSON.stringify({ ...JSON.parse(whole), usage })) },
  'answers without usage': { provider: answers(200, whole) },
  'refuses the connection': {},
  'answers 400': refuses(400),
  'answers 401': refuses(401),
  'answers 404': refuses(404),
  'answers 429': refuses(429),
  'answers 500': refuses(500),
  'answers 503': refuses(503),
  'answers an error under status 200': { provider: answers(200, JSON.stringify(overloaded)) },
  'answers an error instead of a stream, under status 200': {
    streamed: true,
    provider: answers(200, JSON.stringify(overloaded)),
  },
  'starts a stream with an error': streams('end', event(overloaded)),
  'sends keep-alives, then an error': streams('end', ': wait\n\n', ': wait\n\n', event(overloaded)),
  'sends an event without content, then an error': streams(
    'end',
    piece({ role: 'assistant', content: '' }),
    event(overloaded),
  ),
  'sends its usage, then an error': streams('end', event({ choices: [], usage }), event(overloaded)),
  'sends content and an error at once': streams('end', piece({ content }) + event(overloaded)),
  'sends content, then an error': streams('end', piece({ content }), event(overloaded)),
  'sends no byte within `LLM_TIMEOUT`': { provider: silent },
  'sends keep-alives, then nothing for `LLM_TIMEOUT`': streams('silence', ': wait\n\n', ': wait\n\n'),
  'resets the connection before it answers': { provider: (response) => void response.socket?.destroy() },
  'answers 200 without a body': { provider: answers(200, '') },
  'answers a web page under status 200': {
    provider: answers(200, `<html>${'x'.repeat(9_000)}</html>`, 'text/html'),
  },
  'answers without choices, with usage': { provider: answers(200, JSON.stringify({ choices: [], usage })) },
  'breaks off within a whole answer': {
    provider(response) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '9999' });
      response.write(content, () => response.destroy());
    },
  },
  'stalls within a whole answer': {
    provider: (response) => void response.writeHead(200, { 'content-length': '9999' }).write(content),
  },
  'breaks off within a stream': streams('break', piece({ role: 'assistant' }), piece({ content })),
  'breaks off after an early usage and some content': streams(
    'break',
    piece({ content: 'Well. ' }, { usage }),
    piece({ content }),
  ),
  'breaks off after a usage of the prompt alone': streams(
    'break',
    piece({ role: 'assistant' }, { usage: { prompt_tokens: 1_000 } }),
    piece({ content }),
  ),
  'stalls within a stream': streams('silence', piece({ content })),
  'works without a byte while the client disconnects': { provider: silent, leaves: 'before' },
  'streams content while the client disconnects': {
    ...streams('silence', piece({ content })),
    leaves: 'within',
  },
  'streams content and usage while the client disconnects': {
    ...streams('silence', piece({ content }, { usage })),
    leaves: 'within',
  },
};

/** Rows with a test of their own. */
const apart = ['has no free connection until the client disconnects', 'works while the router dies'];

interface ReadmeRow {
  readonly provider: string;
  readonly status: string;
  readonly booked: string;
}

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const table =
  /### What a call costs\n.*?\n\| the provider \|.*?\n\|---.*?\n(.*?)\n\n/s.exec(readme)?.[1] ?? '';
const rows: readonly ReadmeRow[] = table.split('\n').map((line) => {
  const [provider = '', status = '', booked = ''] = line.split('|').slice(1, -1);
  return { provider: provider.trim(), status: status.trim(), booked: booked.trim() };
});

const rowOf = (name: string): ReadmeRow =>
  rows.find(({ provider }) => provider === name) ?? expect.fail(name);

test('every row of the table of costs has a test', () => {
  expect(rows.map(({ provider }) => provider).toSorted()).toEqual(
    [...Object.keys(scenarios), ...apart].toSorted(),
  );
});

/** Checks a ledger row against the table, given the body that the provider received. */
function expectBooked(row: UsageRow | undefined, { status, booked }: ReadmeRow, body: string): void {
  const prompt = Math.ceil(Buffer.byteLength(body) / 3);
  const received = Math.ceil(Buffer.byteLength(content) / 3);
  const tokens: Readonly<Record<string, readonly [prompt: number, completion: number]>> = {
    nothing: [0, 0],
    'the prompt': [prompt, 0],
    'the prompt and the received content': [prompt, received],
    'the reported usage': [usage.prompt_tokens, usage.completion_tokens],
    'the reported usage and the content after it': [usage.prompt_tokens, usage.completion_tokens + received],
    'the reported prompt and the received content': [usage.prompt_tokens, received],
  };
  const [promptTokens, completionTokens] = tokens[booked] ?? expect.fail(`unknown words: ${booked}`);
  expect(row).toMatchObject({
    status,
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    cost_nanos: String((promptTokens + completionTokens) * nanosPerToken),
    cost_estimated: booked !== 'nothing' && booked !== 'the reported usage',
  });
}

/** Sends the request of a scenario, and disconnects if the scenario says so. */
async function send(
  scenario: Scenario,
  router: Awaited<ReturnType<typeof platform.start>>,
  provider: ServerInTest,
): Promise<void> {
  const caller = new AbortController();
  const body = { stream: scenario.streamed ?? false };
  const asked = askForStream(platform, router, { signal: caller.signal, body });
  asked.catch(() => undefined);
  if (scenario.leaves === 'before') {
    await eventually(() => expect(provider.requests).toHaveLength(1));
    caller.abort();
  } else if (scenario.leaves === 'within') {
    await (await asked).body?.getReader().read();
    caller.abort();
  } else {
    await (await asked).text();
  }
}

test.each(Object.entries(scenarios))(
  'when the provider %s, the table says the cost',
  async (name, scenario) => {
    const provider = await startServerInTest((response) => scenario.provider?.(response));
    const router = await platform.start({
      ...alone,
      TOGETHER_BASE_URL: scenario.provider ? provider.url : refusedUrl,
      LLM_TIMEOUT: '400',
      LLM_STALL_TIMEOUT: '400',
    });
    await send(scenario, router, provider);
    const [row] = await platform.booked(1);
    const expected = rowOf(name);
    // The whole body of an answer counts, because its content cannot be told apart from the rest.
    if (name === 'answers without usage') {
      expect(row).toMatchObject({
        status: expected.status,
        completion_tokens: Math.ceil(Buffer.byteLength(whole) / 3),
        cost_estimated: true,
      });
    } else {
      expectBooked(row, expected, provider.requests[0]?.body ?? '');
    }
  },
);

test('when the provider has no free connection until the client disconnects, the table says the cost', async () => {
  const provider = await startServerInTest(silent);
  const settings = { ...alone, TOGETHER_BASE_URL: provider.url, LLM_PROVIDER_CONCURRENCY: '1' };
  const router = await platform.start(settings);
  const first = new AbortController();
  const second = new AbortController();
  const ask = (signal: AbortSignal) =>
    askForStream(platform, router, { signal, body: { stream: false } }).catch(() => undefined);
  const both = [ask(first.signal)];
  await eventually(() => expect(provider.requests).toHaveLength(1));
  both.push(ask(second.signal));
  await eventually(async () =>
    expect(await (await fetch(`${router.internalUrl}/metrics`)).text()).toMatch(
      /^llm_router_slots_queued\{.*\} 1$/m,
    ),
  );
  second.abort();
  const [row] = await platform.booked(1);
  expectBooked(row, rowOf('has no free connection until the client disconnects'), '');
  first.abort();
  await Promise.all(both);
  await platform.booked(2);
});

test('when the router dies, the table says the cost', async () => {
  const provider = await startServerInTest(silent);
  const redis = platform.ownRedis();
  const settings = { ...alone, TOGETHER_BASE_URL: provider.url, REDIS_KEY_PREFIX: redis.prefix };
  const router = await startServiceProcess('llm-router', platform.processEnvironment(settings));
  onTestFinished(() => router.kill());
  const identity = await platform.identities.signer('gateway')('llm-router', platform.user);
  const asked = fetch(`${router.url}/api/llm/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [headers.identity]: identity },
    body: JSON.stringify({ prompt: 'Why?', maxTokens: 20 }),
  }).catch(() => undefined);
  await eventually(() => expect(provider.requests).toHaveLength(1));
  await router.kill();
  await asked;
  expect(await settleTheDead(platform.redis.client, redis.prefix)).toBe(1);
  await passTime(platform.redis.client, createKeys(redis.prefix)('journal', llmUsage.name));
  await platform.start(settings);
  const [row] = await platform.booked(1);
  const { status, booked } = rowOf('works while the router dies');
  expect(booked).toBe('the maximum cost');
  expect(row).toMatchObject({ status, error_code: 'process_died', cost_estimated: true });
  // As if each byte of the prompt were a token.
  const bytes = Buffer.byteLength(provider.requests[0]?.body ?? '');
  expect(Number(row?.cost_nanos)).toBeGreaterThan((bytes + 20) * nanosPerToken);
});

test('eleven overloaded answers use up nothing of a budget', async () => {
  const provider = await startServerInTest(answers(200, JSON.stringify(overloaded)));
  const router = await platform.start({
    ...alone,
    TOGETHER_BASE_URL: provider.url,
    LLM_TIERS: JSON.stringify({ pro: { budgetPerDay: 0.01 } }),
  });
  for (let call = 0; call < 11; call += 1) await platform.chat(router);
  const report = await router.request('/api/user/llm-usage', { as: platform.user });
  expect(report.body.data).toMatchObject({ totalCost: 0, budget: { day: { spent: 0 } } });
});
