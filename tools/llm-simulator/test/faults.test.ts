import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../src/index.ts';
import { asking, clientFor, collect } from './client.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator();
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.stop());

const ask = (directive: string) =>
  clientFor(simulator, { 'x-simulator': directive }).chat.completions.create(asking());

const stream = (directive: string) =>
  clientFor(simulator, { 'x-simulator': directive }).chat.completions.create({
    ...asking(),
    stream: true,
    stream_options: { include_usage: true },
  });

function post(directive: string, body: object = asking(), signal?: AbortSignal): Promise<Response> {
  const init = { method: 'POST', body: JSON.stringify(body), headers: { 'x-simulator': directive } };
  return fetch(`${simulator.url}/chat/completions`, { ...init, ...(signal && { signal }) });
}

/** The text that arrives until the connection breaks or the signal ends the wait. */
async function received(response: Response): Promise<{ text: string; broken: boolean }> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const bytes of response.body ?? []) text += decoder.decode(bytes, { stream: true });
    return { text, broken: false };
  } catch {
    return { text, broken: true };
  }
}

const eventsIn = (text: string) => text.split('\n\n').filter((event) => event.startsWith('data: ')).length;

describe('a status fault', () => {
  test.each([400, 401, 403, 404, 429, 500, 502, 503, 529])(
    '%i reaches the official client as that error',
    async (status) => {
      await expect(ask(`fault=${status}`)).rejects.toMatchObject({
        status,
        error: { message: expect.stringContaining('Simulated') },
      });
      await expect(stream(`fault=${status}`)).rejects.toMatchObject({ status });
      expect(simulator.calls()).toMatchObject({
        calls: 2,
        promptTokens: 0,
        completionTokens: 0,
        faults: { [status]: 2 },
      });
    },
  );

  test.each([
    ['', 'retry-after', '1'],
    ['retry-after-ms=2500', 'retry-after', '3'],
    ['retry-after-ms=2500; retry-after-form=milliseconds', 'retry-after-ms', '2500'],
    ['retry-after-form=none', 'retry-after', null],
  ])('429 with %j has its %s', async (details, header, value) => {
    const response = await post(`fault=429; ${details}`);
    expect(response.headers.get(header)).toBe(value);
  });

  test('429 can send the retry time as a date', async () => {
    const response = await post('fault=429; retry-after-ms=60000; retry-after-form=date');
    const wait = Date.parse(response.headers.get('retry-after') ?? '') - Date.now();
    expect(wait).toBeGreaterThan(50_000);
    expect(wait).toBeLessThanOrEqual(60_000);
  });

  test('quota is a 429 without a retry time', async () => {
    const response = await post('fault=quota');
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, null]);
    expect(await response.json()).toMatchObject({ error: { code: 'insufficient_quota' } });
  });
});

describe('a faulty whole answer', () => {
  test('hang never answers, and the call ends when the client gives up', async () => {
    const client = clientFor(simulator, { 'x-simulator': 'fault=hang' });
    await expect(client.chat.completions.create(asking(), { timeout: 100 })).rejects.toThrow('timed out');
    await expect.poll(() => simulator.calls()).toMatchObject({ open: 0, aborted: 1, promptTokens: 0 });
  });

  test('reset destroys the connection before any answer', async () => {
    await expect(ask('fault=reset')).rejects.toThrow('Connection error');
  });

  test('cut destroys the connection in the middle of the body', async () => {
    const response = await post('fault=cut');
    const { text, broken } = await received(response);
    expect(broken).toBe(true);
    expect(text.length).toBeLessThan(Number(response.headers.get('content-length')));
    expect(text).toContain('chat.completion');
  });

  test('stall leaves the client waiting in the middle of the body', async () => {
    const response = await post('fault=stall', asking(), AbortSignal.timeout(200));
    const { text, broken } = await received(response);
    expect([broken, text.length > 0]).toEqual([true, true]);
    await expect.poll(() => simulator.calls().aborted).toBe(1);
  });

  test.each(['malformed', 'silent-end'])('%s is not JSON', async (fault) => {
    const { text, broken } = await received(await post(`fault=${fault}`));
    expect(broken).toBe(false);
    expect(() => JSON.parse(text)).toThrow();
    await expect(ask(`fault=${fault}`)).rejects.toThrow();
  });

  test('error-event is an error under status 200', async () => {
    expect(await ask('fault=error-event')).toMatchObject({ error: { type: 'server_error' } });
  });

  test('no-usage lacks the usage, but the provider still counts it', async () => {
    expect((await ask('fault=no-usage')).usage).toBeUndefined();
    expect(simulator.calls().completionTokens).toBeGreaterThan(0);
  });

  test('empty-choices has no choices', async () => {
    expect((await ask('fault=empty-choices')).choices).toEqual([]);
  });

  test('wrong-content-type is an HTML page', async () => {
    const response = await post('fault=wrong-content-type');
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(await response.text()).toContain('<html>');
  });
});

describe('a faulty stream', () => {
  const streaming = { ...asking(), stream: true };

  test('cut destroys the connection after the given number of events and counts the sent tokens', async () => {
    const { text, broken } = await received(await post('fault=cut; after-chunks=3', streaming));
    expect([eventsIn(text), broken]).toEqual([3, true]);
    expect(simulator.calls()).toMatchObject({ completionTokens: 8, open: 0 });
    await expect(stream('fault=cut').then(collect)).rejects.toThrow();
  });

  test('cut after no event still sends the headers', async () => {
    const response = await post('fault=cut; after-chunks=0', streaming);
    expect([response.status, (await received(response)).text]).toEqual([200, '']);
  });

  test('silent-end ends as if whole, without finish reason and [DONE]', async () => {
    const { text, broken } = await received(await post('fault=silent-end; after-chunks=4', streaming));
    expect([eventsIn(text), broken, text.includes('[DONE]')]).toEqual([4, false, false]);
    const chunks = await stream('fault=silent-end').then(collect);
    expect(chunks.some(({ choices }) => choices[0]?.finish_reason)).toBe(false);
  });

  test('stall stops after the given number of events and keeps the connection open', async () => {
    const response = await post('fault=stall; after-chunks=2', streaming, AbortSignal.timeout(200));
    const { text, broken } = await received(response);
    expect([eventsIn(text), broken]).toEqual([2, true]);
    await expect.poll(() => simulator.calls()).toMatchObject({ open: 0, aborted: 1, completionTokens: 4 });
  });

  test('malformed sends an event that is not JSON and continues', async () => {
    const { text } = await received(await post('fault=malformed; after-chunks=2', streaming));
    expect(() => JSON.parse((text.split('\n\n')[2] ?? '').slice(6))).toThrow();
    expect(text).toContain('[DONE]');
    await expect(stream('fault=malformed').then(collect)).rejects.toThrow();
  });

  test('error-event sends an error that the official client throws', async () => {
    await expect(stream('fault=error-event; after-chunks=2').then(collect)).rejects.toThrow(
      'middle of the answer',
    );
  });

  test('no-usage lacks the requested usage', async () => {
    const chunks = await stream('fault=no-usage').then(collect);
    expect(chunks.some(({ usage }) => usage)).toBe(false);
  });

  test('empty-choices sends no content', async () => {
    const chunks = await stream('fault=empty-choices').then(collect);
    expect(chunks.every(({ choices }) => choices.length === 0)).toBe(true);
  });

  test('wrong-content-type is an HTML page', async () => {
    const response = await post('fault=wrong-content-type', streaming);
    expect(response.headers.get('content-type')).toContain('text/html');
  });
});

describe('pace', () => {
  const elapsed = async (work: Promise<unknown>) => {
    const started = performance.now();
    await work;
    return performance.now() - started;
  };

  test('latency delays the headers', async () => {
    expect(await elapsed(post('latency-ms=80'))).toBeGreaterThanOrEqual(79);
  });

  test('the first byte can come later than the headers', async () => {
    const response = await post('first-byte-ms=300', { ...asking(), stream: true });
    expect(await elapsed(response.text())).toBeGreaterThanOrEqual(200);
  });

  test('events arrive one by one, at the given interval and in the given size', async () => {
    const response = await post('chunk-interval-ms=10; tokens-per-chunk=40', { ...asking(), stream: true });
    const pieces: string[] = [];
    for await (const bytes of response.body ?? []) pieces.push(new TextDecoder().decode(bytes));
    expect(eventsIn(pieces.join(''))).toBeLessThan(8);
    expect(pieces.length).toBeGreaterThanOrEqual(4);
  });

  test('a client that disconnects before the answer costs nothing', async () => {
    await expect(post('latency-ms=5000', asking(), AbortSignal.timeout(50))).rejects.toThrow();
    await expect
      .poll(() => simulator.calls())
      .toMatchObject({ open: 0, aborted: 1, promptTokens: 0, completionTokens: 0 });
  });

  test('a client that disconnects ends the call and is counted', async () => {
    const hangUp = new AbortController();
    const response = await post('chunk-interval-ms=20', { ...asking(), stream: true }, hangUp.signal);
    const reader = response.body?.getReader();
    await reader?.read();
    hangUp.abort();
    await expect.poll(() => simulator.calls()).toMatchObject({ calls: 1, open: 0, aborted: 1 });
  });
});

describe('usage', () => {
  test('reports cached and reasoning tokens as configured', async () => {
    const { usage } = await ask('cached-share=0.5; reasoning-tokens=30');
    expect(usage?.prompt_tokens_details?.cached_tokens).toBe(Math.floor((usage?.prompt_tokens ?? 0) / 2));
    expect(usage?.completion_tokens_details?.reasoning_tokens).toBe(30);
    expect(simulator.calls()).toMatchObject({
      completionTokens: usage?.completion_tokens,
      reasoningTokens: 30,
    });
  });

  test('lets reasoning use up the limit', async () => {
    const client = clientFor(simulator, { 'x-simulator': 'reasoning-tokens=30' });
    const { usage, choices } = await client.chat.completions.create({
      ...asking(),
      max_completion_tokens: 20,
    });
    expect(usage).toMatchObject({
      completion_tokens: 20,
      completion_tokens_details: { reasoning_tokens: 20 },
    });
    expect(choices[0]).toMatchObject({ finish_reason: 'length', message: { content: '' } });
  });
});

test('refused connections are destroyed on accept, and later ones are served', async () => {
  simulator.behave({ refuseConnections: 2 });
  for (let attempt = 0; attempt < 2; attempt += 1) await once(opened(), 'close');
  expect((await post('fault=none')).status).toBe(200);
  expect(simulator.calls().refusedConnections).toBe(2);
});

test('refusing also closes idle connections that callers keep open', async () => {
  const kept = opened();
  kept.write('GET /v1/models HTTP/1.1\r\nhost: simulator\r\n\r\n');
  await once(kept, 'data');
  simulator.behave({ refuseConnections: 1 });
  await once(kept, 'close');
});

function opened(): Socket {
  return connect(simulator.port, '127.0.0.1').on('error', () => {});
}

test.each(['fault=nothing', 'speed=1', 'latency-ms=soon', 'fault=600', 'tokens-per-chunk=0'])(
  'the directive %j is a 400 that says what is accepted',
  async (directive) => {
    const response = await post(directive);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringMatching(/must be|known:/) },
    });
  },
);
