import { type Fault, type Simulator, startSimulator } from '@valuecanvas/llm-simulator';
import { eventually } from '@valuecanvas/testing';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { providerInTest } from '../providers/test-support/provider-in-test.ts';
import {
  createTransport,
  type ProviderStream,
  type TransportCall,
} from '../providers/transport/transport.ts';
import { defaultCircuitSettings } from './breaker.ts';
import { createProviderClient, type ProviderClientOptions } from './provider-client.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.stop());

function start(settings: Partial<ProviderClientOptions> = {}) {
  const provider = providerInTest({ id: 'a', baseUrl: simulator.url });
  const client = createProviderClient({
    provider,
    transport: createTransport(provider),
    concurrency: 4,
    queue: 4,
    ...settings,
  });
  onTestFinished(() => client.close());
  return client;
}
type Client = ReturnType<typeof start>;

function call({
  stream = false,
  ...settings
}: Partial<TransportCall> & { stream?: boolean } = {}): TransportCall {
  const body = JSON.stringify({ model: 'big', stream, messages: [{ role: 'user', content: 'Why?' }] });
  return { body, signal: AbortSignal.timeout(10_000), firstByteMs: 5_000, stallMs: 5_000, ...settings };
}

const complete = (client: Client, model = 'big') => client.complete(model, call(), false);
const stream = (client: Client, settings: Partial<TransportCall> = {}) =>
  client.stream('big', call({ stream: true, ...settings }), false);

async function read(begun: ProviderStream): Promise<number> {
  let events = 0;
  for await (const batch of begun.events) events += batch.length;
  return events;
}

const behave = (fault: Fault, more: object = {}) => simulator.behave({ rules: [{ fault, ...more }] });
const idle = { inUse: 0, queued: 0 };

test('a whole answer is returned, counted, and releases its permit', async () => {
  const client = start();
  const { answer, bytes } = await client.complete('big', call(), true);
  expect(answer.choices).toHaveLength(1);
  expect(JSON.parse(bytes.toString())).toEqual(answer);
  expect(client.figures()).toMatchObject({ calls: 1, failures: 0, fallbacks: 1 });
  expect(client.load()).toEqual(idle);
});

test('a failing model is refused without a call or a reservation; other models are served', async () => {
  behave('500', { count: 10 });
  const client = start();
  for (let calls = 0; calls < 10; calls += 1)
    await expect(complete(client)).rejects.toMatchObject({ fault: 'unavailable' });
  expect(client.mayServe('big')).toBe(false);
  await expect(complete(client)).rejects.toMatchObject({ fault: 'shut_off' });
  expect(simulator.calls().calls).toBe(10);
  expect(client.state()).toBe('open');
  expect(client.mayServe('small')).toBe(true);
  await complete(client, 'small');
  expect(client.breakers.states()).toEqual({ big: 'open', small: 'closed' });
  expect(client.state()).toBe('closed');
  expect(client.figures()).toMatchObject({ calls: 11, failures: 10 });
  expect(client.load()).toEqual(idle);
});

test('an invalid request is not a failure of the provider', async () => {
  behave('400');
  const client = start();
  await expect(complete(client)).rejects.toMatchObject({ fault: 'caller' });
  expect(client.figures()).toMatchObject({ calls: 0, failures: 0 });
  expect(client.load()).toEqual(idle);
});

test('running and waiting calls stay within their limits, and all of them are served', async () => {
  simulator.behave({ latencyMs: 20 });
  const client = start({ concurrency: 2, queue: 3 });
  const calls = Array.from({ length: 8 }, () => complete(client));
  expect(client.load()).toEqual({ inUse: 2, queued: 3 });
  expect(client.mayServe('big')).toBe(false);
  const outcomes = await Promise.allSettled(calls);
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(3);
  for (const outcome of refused) expect(outcome).toMatchObject({ reason: { fault: 'overloaded' } });
  expect(simulator.calls().calls).toBe(5);
  expect(client.figures()).toMatchObject({ calls: 5, failures: 0 });
  expect(client.load()).toEqual(idle);
});

test('a stream holds its permit until it is read to its end', async () => {
  const client = start();
  const begun = await stream(client);
  expect(client.load()).toEqual({ inUse: 1, queued: 0 });
  expect(await read(begun)).toBeGreaterThan(2);
  expect(client.load()).toEqual(idle);
  expect(client.figures()).toMatchObject({ calls: 1, failures: 0 });
});

test('a stream that does not start releases its permit and is one failure', async () => {
  behave('500');
  const client = start();
  await expect(stream(client)).rejects.toMatchObject({ fault: 'unavailable' });
  expect(client.load()).toEqual(idle);
  expect(client.figures()).toMatchObject({ calls: 1, failures: 1 });
});

test.each<[Fault, string]>([
  ['cut', 'unavailable'],
  ['malformed', 'bad_response'],
])(
  'a stream that breaks off (%s) reports it to its reader, releases its permit, and counts as a failure',
  async (fault, told) => {
    behave(fault, { afterChunks: 3, chunkIntervalMs: 5 });
    const client = start({
      circuit: { ...defaultCircuitSettings, minCalls: 2 },
    });
    for (let broken = 0; broken < 2; broken += 1) {
      const begun = await stream(client);
      await expect(read(begun)).rejects.toMatchObject({ fault: told });
    }
    expect(client.load()).toEqual(idle);
    expect(client.figures()).toMatchObject({ calls: 2, failures: 2 });
    expect(client.state()).toBe('open');
  },
);

const slow = () => simulator.behave({ chunkIntervalMs: 50 });

test('a stream whose reader leaves, or that is cancelled, releases its permit once and is not a failure', async () => {
  slow();
  const client = start();
  const [left, cancelled] = [await stream(client), await stream(client)];
  for await (const _ of left.events) break;
  expect(client.load().inUse).toBe(1);
  cancelled.cancel();
  cancelled.cancel();
  await read(cancelled);
  expect(client.load()).toEqual(idle);
  expect(client.figures()).toMatchObject({ calls: 2, failures: 0 });
  await eventually(() => expect(simulator.calls()).toMatchObject({ open: 0 }));
});

test('an unread stream releases its permit when the client disconnects', async () => {
  slow();
  const client = start();
  const caller = new AbortController();
  const begun = await stream(client, { signal: caller.signal });
  expect(client.load().inUse).toBe(1);
  caller.abort();
  expect(client.load()).toEqual(idle);
  await expect(read(begun)).rejects.toMatchObject({ fault: 'cancelled' });
  expect(client.load()).toEqual(idle);
  expect(client.figures()).toMatchObject({ failures: 0 });
});

test('a client that disconnects while waiting is not counted', async () => {
  simulator.behave({ latencyMs: 20 });
  const client = start({ concurrency: 1 });
  const first = complete(client);
  const caller = new AbortController();
  const waiting = client.complete('big', call({ signal: caller.signal }), false);
  caller.abort();
  await expect(waiting).rejects.toMatchObject({ fault: 'cancelled' });
  await first;
  expect(simulator.calls().calls).toBe(1);
  expect(client.load()).toEqual(idle);
});
