import { headers } from '@valuecanvas/contracts-core';
import {
  eventually,
  startCommitGate,
  startServiceProcess,
  type TestAnswer,
  type TestService,
} from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { aBakery, expectError, knownBlocks, usePlatform } from './support/platform.ts';

const platform = usePlatform();
const key = { 'idempotency-key': 'order-17' };
const isReplayed = (answer: TestAnswer) => answer.headers.get('idempotent-replayed') === 'true';

const canvasIds = async (): Promise<string[]> => {
  const rows = await platform.database.query<{ id: string }>('select id from canvases where user_id = $1', [
    platform.user.userId,
  ]);
  return rows.map(({ id }) => id);
};

const generate = (body: object = aBakery, service: TestService = platform.service) =>
  service.request('/api/canvas/generate', { method: 'POST', as: platform.user, body, headers: key });

/** Repeats the request until it is answered, as a client does while the first request is still running. */
const generateUntilAnswered = () =>
  eventually(
    async () => {
      const answer = await generate();
      if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
      return answer;
    },
    { timeoutMs: 30_000 },
  );

test('a repeated generation returns the first canvas, and no model is called again', async () => {
  const first = await generate();
  const again = await generate();
  expect(again).toMatchObject({ status: 200, body: first.body });
  expect([first, again].map(isReplayed)).toEqual([false, true]);
  expect(platform.neighbours.asked).toHaveLength(1);
  expect(await canvasIds()).toEqual([first.body.data.canvasId]);
});

test('concurrent identical generations on two replicas create one canvas', async () => {
  const replica = await platform.start({});
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, at) => generate(aBakery, at % 2 ? replica : platform.service)),
  );
  const statuses = new Set(answers.map(({ status }) => status));
  expect([...statuses].filter((status) => status !== 200 && status !== 409)).toEqual([]);
  expect(await canvasIds()).toHaveLength(1);
  expect(platform.neighbours.asked).toHaveLength(1);
});

test('a key belongs to one description', async () => {
  await generate();
  expectError(await generate({ ...aBakery, industry: 'Retail' }), 422, 'IDEMPOTENCY_MISMATCH');
});

test('without a key, each generation creates a canvas, and the router gets no key', async () => {
  await platform.generate();
  await platform.generate();
  expect(await canvasIds()).toHaveLength(2);
  expect(platform.neighbours.asked.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
    undefined,
    undefined,
  ]);
});

test('after an unusable answer, the router is called with a new key, so that it does not replay that answer', async () => {
  platform.neighbours.answer = () => ({ content: 'I would rather not.' });
  expectError(await generate(), 502, 'LLM_BAD_RESPONSE');
  platform.neighbours.answer = () => ({ content: JSON.stringify(knownBlocks) });
  expect(await generate()).toMatchObject({ status: 200 });
  const keys = platform.neighbours.asked.map(({ idempotencyKey }) => idempotencyKey);
  expect(new Set(keys).size).toBe(2);
  expect(keys.join()).toMatch(/^canvas\.generate:0:[\w-]{43},canvas\.generate:1:[\w-]{43}$/);
});

test('suggestions are replayed for the same canvas and refused for another one', async () => {
  const [canvas, other] = [await platform.aCanvas(), await platform.aCanvas()];
  const refine = (id: string) =>
    platform.post(`/api/canvas/${id}/refine`, { section: 'channels' }, { headers: key });
  const first = await refine(canvas.id);
  expect(await refine(canvas.id)).toMatchObject({ status: 200, body: first.body });
  expect(platform.neighbours.asked).toHaveLength(1);
  expectError(await refine(other.id), 422, 'IDEMPOTENCY_MISMATCH');
});

test('repeated changes create one revision', async () => {
  const { id } = await platform.aCanvas();
  const change = { section: 'channels', suggestions: ['Vans'], mode: 'append', revision: 1 };
  const apply = () => platform.post(`/api/canvas/${id}/apply`, change, { headers: key });
  const first = await apply();
  expect(first).toMatchObject({ status: 200, body: { data: { revision: 2 } } });
  expect(await apply()).toMatchObject({ status: 200, body: first.body });
  const restore = () =>
    platform.request(`/api/canvas/${id}/revisions/1/restore`, { method: 'POST', headers: key });
  const restored = await restore();
  expect(restored).toMatchObject({ status: 200, body: { data: { revision: 3 } } });
  expect(await restore()).toMatchObject({ status: 200, body: restored.body });
  expect((await platform.request(`/api/canvas/${id}`)).body.data.revision).toBe(3);
});

test('a refusal is final for its key', async () => {
  const { id } = await platform.aCanvas();
  const change = { section: 'channels', suggestions: ['Vans'], mode: 'append', revision: 2 };
  const apply = () => platform.post(`/api/canvas/${id}/apply`, change, { headers: key });
  expectError(await apply(), 409, 'CONFLICT');
  await platform.put(`/api/canvas/${id}`, { revision: 1, channels: ['Web'] });
  const again = await apply();
  expectError(again, 409, 'CONFLICT');
  expect(isReplayed(again)).toBe(true);
});

/** Sends a generation to a canvas service in a separate process. The request fails when the process is killed. */
async function startDoomed(databaseUrl: string = platform.database.urlFor('canvas')) {
  const process = await startServiceProcess(
    'canvas',
    platform.processEnvironment({ DATABASE_URL: databaseUrl }),
  );
  const identity = await platform.identities.signer('gateway')('canvas', platform.user);
  const answer = fetch(`${process.url}/api/canvas/generate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [headers.identity]: identity, ...key },
    body: JSON.stringify(aBakery),
  });
  const failed = expect(answer).rejects.toThrow();
  return {
    async kill() {
      await process.kill();
      await failed;
    },
  };
}

/** Ends the claim of a killed process, which would otherwise last ten seconds. */
const endLeases = () =>
  platform.database.query('update vc_private.idempotency_keys set leased_until = now() where answer is null');

const insertsCanvas = 'insert into "canvases"';

test('a service that is killed while the model answers leaves one canvas and one downstream key', async () => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  platform.neighbours.answer = () => {
    ask();
    return new Promise(() => undefined);
  };
  const doomed = await startDoomed();
  await asked;
  await doomed.kill();
  platform.neighbours.answer = () => ({ content: JSON.stringify(knownBlocks) });
  const early = await generate();
  expectError(early, 409, 'IDEMPOTENCY_IN_FLIGHT');
  expect(Number(early.headers.get('retry-after'))).toBeLessThanOrEqual(10);
  // This test waits for the lease to expire.
  const answer = await generateUntilAnswered();
  expect(await canvasIds()).toEqual([answer.body.data.canvasId]);
  const keys = platform.neighbours.asked.map(({ idempotencyKey }) => idempotencyKey);
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toBeDefined();
});

test('a service that is killed before its commit leaves neither canvas nor answer, and the repetition creates a canvas', async () => {
  const gate = await startCommitGate(platform.database.urlFor('canvas'), {
    statement: insertsCanvas,
    side: 'before',
  });
  const doomed = await startDoomed(gate.url);
  await gate.stopped;
  await doomed.kill();
  await endLeases();
  const answer = await generateUntilAnswered();
  expect(isReplayed(answer)).toBe(false);
  expect(await canvasIds()).toEqual([answer.body.data.canvasId]);
  const keys = platform.neighbours.asked.map(({ idempotencyKey }) => idempotencyKey);
  expect(new Set(keys).size).toBe(1);
});

test('a service that is killed between commit and reply has stored its answer, which is replayed', async () => {
  const gate = await startCommitGate(platform.database.urlFor('canvas'), {
    statement: insertsCanvas,
    side: 'after',
  });
  const doomed = await startDoomed(gate.url);
  await gate.stopped;
  await doomed.kill();
  const answer = await generate();
  expect(answer.status).toBe(200);
  expect(isReplayed(answer)).toBe(true);
  expect(await canvasIds()).toEqual([answer.body.data.canvasId]);
  expect(platform.neighbours.asked).toHaveLength(1);
});

test('a service whose connection breaks at the commit cannot know the outcome, and its client gets the one canvas', async () => {
  const gate = await startCommitGate(platform.database.urlFor('canvas'), {
    statement: insertsCanvas,
    side: 'after',
  });
  const service = await platform.start({ DATABASE_URL: gate.url });
  const answering = generate(aBakery, service);
  await gate.stopped;
  gate.cut();
  const answer = await answering;
  expect(answer.status).toBe(200);
  const again = await generate(aBakery, service);
  expect([isReplayed(again), again.body]).toEqual([true, answer.body]);
  expect(await canvasIds()).toEqual([answer.body.data.canvasId]);
});

test('a client that disconnects while the model answers gets the router’s answer when it repeats the request', async () => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  platform.neighbours.answer = () => {
    ask();
    return new Promise(() => undefined);
  };
  const leaving = new AbortController();
  const identity = await platform.identities.signer('gateway')('canvas', platform.user);
  const left = fetch(`${platform.service.url}/api/canvas/generate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [headers.identity]: identity, ...key },
    body: JSON.stringify(aBakery),
    signal: leaving.signal,
  });
  await asked;
  leaving.abort();
  await expect(left).rejects.toThrow();
  platform.neighbours.answer = () => ({ content: JSON.stringify(knownBlocks) });
  await generateUntilAnswered();
  const keys = platform.neighbours.asked.map(({ idempotencyKey }) => idempotencyKey);
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
});
