import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { createStreamTrack, isUsageAlone } from '../completions/stream.ts';
import { ProviderError } from '../providers/provider-error.ts';
import { providerInTest } from '../providers/test-support/provider-in-test.ts';
import { callOf } from '../providers/test-support/transport-in-test.ts';
import { createTransport, type Transport } from '../providers/transport/transport.ts';
import { createTextCollector } from './answer-text.ts';
import { startMutableServer } from './test-support/mutable-server.ts';

const text = 'Rye loaf, 10 % off – “today”';
const usage = { prompt_tokens: 20, completion_tokens: 8, total_tokens: 28, prompt_tokens_details: {} };
const head = { id: 'chatcmpl-1', object: 'chat.completion', created: 1_796_000_000, model: 'm', usage };

/** Path of a field: names and positions. */
type Path = readonly (string | number)[];

const messages: Readonly<Record<string, object>> = {
  text: { role: 'assistant', content: text },
  parts: { role: 'assistant', content: [{ type: 'text', text }] },
  reasoning: { role: 'assistant', content: null, reasoning_content: text },
  refusal: { role: 'assistant', content: null, refusal: text },
  'a tool call': {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'c1', type: 'function', function: { name: 'answer', arguments: text } }],
  },
};

const piece = (content: unknown, rest: object = {}) => ({
  ...head,
  usage: null,
  choices: [{ index: 0, delta: { content, ...rest }, finish_reason: null }],
});
const finish = { ...head, usage: null, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
const usageEvent = { ...head, choices: [] };
const middle = Math.floor(text.length / 2);
const streams: Readonly<Record<string, readonly object[]>> = {
  text: [piece('', { role: 'assistant' }), piece(text.slice(0, middle)), piece(text.slice(middle)), finish],
  parts: [piece([{ type: 'text', text: text.slice(0, middle) }]), piece(text.slice(middle)), finish],
  reasoning: [
    piece(null, { reasoning: text.slice(0, middle) }),
    piece('', { reasoning: text.slice(middle) }),
    finish,
  ],
};

/** Values of other types. An empty text is a valid content, so it is not among them. */
const otherValues = [null, 0, 5, true, false, [], {}, [null], [5], { a: 1 }];

const server = startMutableServer();
let transport: Transport;
beforeAll(() => {
  transport = createTransport(providerInTest({ baseUrl: server.url() }));
  return () => transport.close();
});

type Outcome = { readonly text: string } | { readonly error: unknown };

/** Runs a call. Any error that does not blame the answer is a crash, and fails the test. */
async function outcomeOf(work: () => Promise<string>): Promise<Outcome> {
  try {
    return { text: await work() };
  } catch (error) {
    expect(error).toBeInstanceOf(ProviderError);
    expect((error as ProviderError).message).not.toBe('');
    return { error };
  }
}

async function readWhole(body: string): Promise<Outcome> {
  server.answer('application/json', body);
  return outcomeOf(async () => {
    const { answer, bytes } = await transport.complete(callOf());
    const collector = createTextCollector();
    collector.add(answer.choices[0]?.message ?? {}, answer.choices[0]?.finish_reason);
    // Clients get the same answer in a form that they can parse.
    expect(JSON.parse(bytes.toString())).toEqual(answer);
    return collector.text().content;
  });
}

async function readStream(body: string): Promise<Outcome> {
  server.answer('text/event-stream', body);
  return outcomeOf(async () => {
    const collector = createTextCollector();
    const track = createStreamTrack();
    const { events } = await transport.stream(callOf());
    for await (const batch of events) {
      for (const event of batch) {
        track.see(event);
        isUsageAlone(event);
        const choice = event.data?.choices[0];
        if (choice) collector.add(choice.delta ?? {}, choice.finish_reason);
      }
    }
    track.isShareable();
    return collector.text().content;
  });
}

function pathsIn(value: unknown): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const step = Array.isArray(value) ? Number(key) : key;
    return [[step], ...pathsIn(inner).map((path) => [step, ...path])];
  });
}

/** Returns a copy in which the field is replaced, or removed if the value is undefined. */
function changed(value: unknown, [step, ...rest]: Path, replacement: unknown): unknown {
  if (step === undefined) return replacement;
  const isList = Array.isArray(value);
  const copy = (isList ? [...value] : { ...(value as object) }) as Record<string | number, unknown>;
  if (rest.length > 0) copy[step] = changed(copy[step], rest, replacement);
  else if (replacement !== undefined) copy[step] = replacement;
  else if (isList) (copy as unknown as unknown[]).splice(Number(step), 1);
  else delete copy[step];
  return copy;
}

/** Reverses the order of all fields. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reordered(inner)]),
  );
}

const atPath = (value: unknown, path: Path): unknown =>
  path.reduce((inner, step) => (inner as Record<string | number, unknown>)[step], value);

const expectSameOrError = (outcome: Outcome) => {
  if ('text' in outcome) expect(outcome.text).toBe(text);
};

/** Additions that mean nothing. */
const emptyErrors = [
  {},
  { error: null },
  { error: {} },
  { error: '' },
  { error: { message: '', code: null } },
];

/** Every change of every field, each with a random order and a random empty error. */
const changesOf = (value: unknown, isMeant: (path: Path, replacement: unknown) => boolean = () => true) =>
  pathsIn(value).flatMap((path) =>
    [undefined, ...otherValues]
      .filter((replacement) => isMeant(path, replacement))
      .map((replacement) => ({ path, replacement })),
  );

// The arguments of a call may be absent, and may be an object: then they are another text.
const isArguments = (path: Path) => path.at(-1) === 'arguments';

test.each(Object.entries(messages))(
  'a changed whole answer with %s gives the same text or an explicit error',
  async (_, message) => {
    const good = { ...head, choices: [{ index: 0, message, finish_reason: 'stop' }] };
    expect(await readWhole(JSON.stringify(good))).toEqual({ text });
    for (const { path, replacement } of changesOf(good, (at) => !isArguments(at)))
      expectSameOrError(await readWhole(JSON.stringify(changed(good, path, replacement))));
  },
);

test('the order of fields, empty errors and blank lines do not change a whole answer', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.values(messages)),
      fc.constantFrom(...emptyErrors),
      fc.boolean(),
      fc.constantFrom('', '\n', ' \r\n\n'),
      async (message, error, isReordered, blank) => {
        const good = { ...head, choices: [{ index: 0, message, finish_reason: 'stop' }], ...error };
        const body = blank + JSON.stringify(isReordered ? reordered(good) : good);
        expect(await readWhole(body)).toEqual({ text });
      },
    ),
    { numRuns: 60 },
  );
});

const keepAlives = [
  '',
  ': wait\n\n',
  'data:\n\n',
  'data: : keepalive\n\n',
  'data: null\n\n',
  'data: {}\n\n',
  'data: {"type":"ping"}\n\n',
  'event: ping\ndata: now\n\n',
  'event: ping\n\n',
  '\n\n',
];
const toText = (events: readonly unknown[], between = '') =>
  `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(between)}${between}data: [DONE]\n\n`;

const carriers = new Set(['choices', 'delta', 'content', 'text', 'reasoning', 0]);

/** Removing the text of an event, or replacing it by nothing, is another answer: the reader cannot notice it. */
function keepsText(event: unknown, path: Path, replacement: unknown): boolean {
  const removed = atPath(event, path);
  const hasText = JSON.stringify(removed)?.match(/Rye|today/) !== null;
  if (!hasText || !carriers.has(path.at(-1) ?? '')) return true;
  return replacement === 5 || replacement === true;
}

test.each(Object.entries(streams))(
  'a changed stream of %s gives the same text or an explicit error',
  async (_, events) => {
    const all = [...events, usageEvent];
    expect(await readStream(toText(all))).toEqual({ text });
    for (const [at, event] of all.entries()) {
      for (const { path, replacement } of changesOf(event, (...change) => keepsText(event, ...change))) {
        // Reasoning of another type is no reasoning: only the text is demanded.
        if (path.includes('reasoning')) continue;
        const outcome = await readStream(toText(all.with(at, changed(event, path, replacement) as object)));
        expectSameOrError(outcome);
        // Nothing after the last finish reason makes a complete answer fail.
        if (at === all.length - 1) expect(outcome).toEqual({ text });
      }
    }
  },
);

test('keep-alives, empty errors and the order of fields do not change a stream', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.values(streams)),
      fc.constantFrom(...emptyErrors),
      fc.boolean(),
      fc.constantFrom(...keepAlives),
      async (events, error, isReordered, between) => {
        const all = [...events, usageEvent].map((event) => ({ ...event, ...error }));
        expect(await readStream(toText(isReordered ? all.map(reordered) : all, between))).toEqual({ text });
      },
    ),
    { numRuns: 100 },
  );
});

test('no event after the last finish reason makes a complete stream fail', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.json().filter((json) => json.trim() !== ''),
      async (json) => {
        const late = `data: ${json}\n\ndata: {"error":{"message":"Late."}}\n\ndata: not JSON\n\n`;
        const good = toText(streams.text ?? []).replace('data: [DONE]\n\n', () => `${late}data: [DONE]\n\n`);
        expect(await readStream(good)).toEqual({ text });
      },
    ),
    { numRuns: 60 },
  );
});
