import { expect, test } from 'vitest';
import { createWebClient } from './create-web-client.ts';

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A client whose requests get these responses in turn, and the requests that it has sent. */
function setUp(...responses: (Response | Error)[]) {
  const sent: Sent[] = [];
  const reached: boolean[] = [];
  const session = { isRenewed: false, asked: 0 };
  let token: string | undefined = 'first';
  const client = createWebClient({
    csrfToken: () => token,
    renewCsrfToken: async () => {
      token = 'second';
      return token;
    },
    async signInAgain() {
      session.asked++;
      token = 'third';
      return session.isRenewed;
    },
    onReached: (isReached) => void reached.push(isReached),
    fetch: async (url, init = {}) => {
      const { method = 'GET', headers, body } = init;
      sent.push({
        url: String(url),
        method,
        headers: new Headers(headers),
        body: JSON.parse(String(body ?? null)),
      });
      const response = responses.shift();
      if (response === undefined || response instanceof Error) throw response;
      return response;
    },
  });
  return { client, sent, reached, session };
}

const json = (body: unknown, status = 200, headers = {}) => Response.json(body, { status, headers });
const failure = (code: string, status: number, more = {}, headers = {}) =>
  json({ success: false, error: 'Title', message: 'Text', code, requestId: 'r1', ...more }, status, headers);

const canvas = { id: 'c1', revision: 1 };
const update = { params: { id: 'a/b' }, body: { revision: 1, channels: ['Web shop'] } };
const generate = { body: { businessDescription: 'A bakery' } };

test('a call fills the path, sends the CSRF token and returns the data of the envelope', async () => {
  const { client, sent } = setUp(json({ success: true, data: canvas }));
  expect(await client.call.updateCanvas(update)).toEqual(canvas);
  expect(sent[0]).toMatchObject({ url: '/api/canvas/a%2Fb', method: 'PUT', body: update.body });
  expect(sent[0]?.headers.get('x-csrf-token')).toBe('first');
  expect(sent[0]?.headers.has('idempotency-key')).toBe(false);
});

test('a list is returned with its cursor, and reads carry no CSRF token', async () => {
  const { client, sent } = setUp(
    json({ success: true, data: [canvas], pagination: { limit: 20, nextCursor: 'n' } }),
  );
  expect(await client.call.listCanvases({ query: { limit: 20 } })).toEqual({
    items: [canvas],
    limit: 20,
    nextCursor: 'n',
  });
  expect(sent[0]?.url).toBe('/api/canvas?limit=20');
  expect(sent[0]?.headers.has('x-csrf-token')).toBe(false);
});

test('an idempotent call has a key of its own, or the given one', async () => {
  const { client, sent } = setUp(...[1, 2, 3].map(() => json({ data: {} })));
  await client.call.generateCanvas(generate);
  await client.call.generateCanvas(generate);
  await client.call.generateCanvas(generate, { idempotencyKey: 'mine' });
  const keys = sent.map(({ headers }) => headers.get('idempotency-key'));
  expect(new Set(keys).size).toBe(3);
  expect(keys[2]).toBe('mine');
});

test('a refused CSRF token is read again once, and the request repeated with the same key', async () => {
  const { client, sent } = setUp(failure('CSRF_FAILED', 403), json({ data: { canvas } }));
  expect(await client.call.generateCanvas(generate)).toEqual({ canvas });
  const [first, second] = sent.map(({ headers }) => headers);
  expect(second?.get('x-csrf-token')).toBe('second');
  expect(second?.get('idempotency-key')).toBe(first?.get('idempotency-key'));

  const refused = setUp(failure('CSRF_FAILED', 403), failure('CSRF_FAILED', 403));
  await expect(refused.client.call.generateCanvas(generate)).rejects.toMatchObject({ code: 'CSRF_FAILED' });
});

test('a failure has the code, the advice, the refused fields and the facts of the platform', async () => {
  const details = [{ path: 'businessDescription', message: 'is too short' }];
  const { client } = setUp(
    failure('VALIDATION_FAILED', 400, { details, retryAfter: 7 }, { 'x-should-retry': 'false' }),
  );
  await expect(client.call.generateCanvas(generate)).rejects.toMatchObject({
    code: 'VALIDATION_FAILED',
    status: 400,
    title: 'Title',
    message: 'Text',
    requestId: 'r1',
    retryAfter: 7,
    retryHelps: false,
    fieldFaults: details,
  });
});

test('a response without an envelope, and no response at all, are errors as well', async () => {
  const { client } = setUp(new Response('<html>', { status: 502 }), new TypeError('fetch failed'));
  await expect(client.call.getSite({})).rejects.toMatchObject({
    code: 'DEPENDENCY_UNAVAILABLE',
    status: 502,
  });
  await expect(client.call.getSite({})).rejects.toMatchObject({ code: 'UNREACHABLE', status: 0 });
});

test('a call that is aborted rejects with the reason, not as an error of the platform', async () => {
  const controller = new AbortController();
  controller.abort(new Error('stopped'));
  const { client } = setUp(new Error('stopped'));
  await expect(client.call.getSite({}, { signal: controller.signal })).rejects.toThrow('stopped');
});

const stream = (...events: string[]) =>
  new Response(events.join(''), { headers: { 'content-type': 'text/event-stream' } });
const event = (name: string, data: unknown) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
const chat = { body: { prompt: 'Hello', stream: true } };

async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of events) all.push(one);
  return all;
}

test('a stream yields its events until done', async () => {
  const delta = event('delta', { content: 'Hi' });
  const { client, sent } = setUp(stream(': comment\n\n', delta, event('done', { content: 'Hi' }), delta));
  expect(await collect(client.stream.chat(chat))).toEqual([
    { event: 'delta', data: { content: 'Hi' } },
    { event: 'done', data: { content: 'Hi' } },
  ]);
  expect(sent[0]?.headers.get('accept')).toBe('text/event-stream');
});

test('a stored answer that arrives whole is the event done', async () => {
  const { client } = setUp(json({ success: true, data: { content: 'Hi' } }));
  expect(await collect(client.stream.chat(chat))).toEqual([{ event: 'done', data: { content: 'Hi' } }]);
});

test('a stream that fails or breaks throws', async () => {
  const envelope = {
    success: false,
    error: 'Title',
    message: 'Text',
    code: 'LLM_UNAVAILABLE',
    requestId: 'r1',
  };
  const { client } = setUp(stream(event('error', envelope)), stream(event('delta', { content: 'H' })));
  await expect(collect(client.stream.chat(chat))).rejects.toMatchObject({ code: 'LLM_UNAVAILABLE' });
  await expect(collect(client.stream.chat(chat))).rejects.toMatchObject({ code: 'UNREACHABLE' });
});

test('a request is repeated once the person whose session has ended has signed in again', async () => {
  const { client, sent, session } = setUp(
    failure('UNAUTHENTICATED', 401),
    json({ success: true, data: canvas }),
  );
  session.isRenewed = true;
  expect(await client.call.updateCanvas(update)).toEqual(canvas);
  expect(sent.map(({ headers }) => headers.get('x-csrf-token'))).toEqual(['first', 'third']);
});

test('a refusal stands if the person declines to sign in, or signs in with a wrong password', async () => {
  const { client, sent, session } = setUp(failure('UNAUTHENTICATED', 401), failure('UNAUTHENTICATED', 401));
  await expect(client.call.updateCanvas(update)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(session.asked).toBe(1);
  const credentials = { body: { email: 'a@example.com', password: 'wrong' } };
  await expect(client.call.openBrowserSession(credentials)).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
  expect(session.asked).toBe(1);
  expect(sent).toHaveLength(2);
});

test('each response and each lost request is reported', async () => {
  const { client, reached } = setUp(new TypeError('no network'), json({ success: true, data: canvas }));
  await expect(client.call.updateCanvas(update)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  await client.call.updateCanvas(update);
  expect(reached).toEqual([false, true]);
});

test('a file has an address for links, and a failed one is an ApiError', async () => {
  const { client, sent } = setUp(new Response('pdf'), failure('OVERLOADED', 503));
  const input = { params: { id: 'c1' }, query: { format: 'pdf', paper: 'a3' } } as const;
  expect(client.addressOf.exportCanvas(input)).toBe('/api/canvas/c1/export?format=pdf&paper=a3');
  await client.tryFile.exportCanvas(input);
  expect(sent[0]).toMatchObject({ url: client.addressOf.exportCanvas(input), method: 'GET' });
  await expect(client.tryFile.exportCanvas(input)).rejects.toMatchObject({ code: 'OVERLOADED' });
});
