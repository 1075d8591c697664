import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isLoopback } from '../src/admin/admin-route.ts';
import { type CallRecord, type Simulator, startSimulator, type Totals } from '../src/index.ts';
import { asking, clientFor } from './client.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ keys: ['sk-test-0001', 'sk-test-0002'] });
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.stop());

async function statusOf(body: object = asking(), apiKey = 'sk-test-0001', from = simulator): Promise<number> {
  const client = clientFor(from).withOptions({ apiKey });
  try {
    await client.post('/chat/completions', { body });
    return 200;
  } catch (error) {
    return error instanceof Error && 'status' in error ? Number(error.status) : 0;
  }
}

async function statuses(count: number, from = simulator): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) found.push(await statusOf(asking(), 'sk-test-0001', from));
  return found;
}

interface CallsBody {
  readonly totals: Totals;
  readonly recent: readonly CallRecord[];
}

async function admin<Body = object>(
  method: string,
  path: string,
  change?: unknown,
): Promise<{ status: number; body: Body }> {
  const init = { method, ...(change !== undefined && { body: JSON.stringify(change) }) };
  const response = await fetch(simulator.adminUrl + path, init);
  const body: unknown = await response.json();
  return { status: response.status, body: body as Body };
}

describe('a lacked feature', () => {
  const bySchema = { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } };

  test('refuses the requests that use it, and no others', async () => {
    simulator.behave({ lacks: ['json_schema', 'developer'] });
    expect(await statusOf({ ...asking(), response_format: bySchema })).toBe(400);
    expect(await statusOf({ ...asking('JSON, please.'), response_format: { type: 'json_object' } })).toBe(
      200,
    );
    expect(await statusOf({ ...asking(), messages: [{ role: 'developer', content: 'Why?' }] })).toBe(400);
    expect(await statusOf()).toBe(200);
  });

  test('must be one that the simulator knows', async () => {
    expect((await admin('PUT', '/behaviour', { lacks: 'json_object, developer' })).status).toBe(200);
    expect((await admin('PUT', '/behaviour', { lacks: ['magic'] })).status).toBe(400);
    expect((await admin('PUT', '/behaviour', { lacks: 7 })).status).toBe(400);
  });
});

describe('rules', () => {
  test('apply to the given number of calls and then expire', async () => {
    simulator.behave({
      rules: [
        { fault: '429', count: 2 },
        { fault: '503', count: 1 },
      ],
    });
    expect(await statuses(4)).toEqual([429, 429, 503, 200]);
  });

  test('apply only to their model and their key', async () => {
    simulator.behave({
      rules: [
        { fault: '500', model: 'gpt-4o' },
        { fault: '503', key: 'sk-test-0002' },
      ],
    });
    expect(await statusOf({ ...asking(), model: 'gpt-4o' })).toBe(500);
    expect(await statusOf(asking(), 'sk-test-0002')).toBe(503);
    expect(await statusOf()).toBe(200);
  });

  test('with a probability apply to the same calls for the same seed', async () => {
    const behaviour = { rules: [{ fault: '500', probability: 0.3 }] } as const;
    const [one, other] = await Promise.all([
      startSimulator({ seed: 9, behaviour }),
      startSimulator({ seed: 9, behaviour }),
    ]);
    const first = await statuses(60, one);
    expect(await statuses(60, other)).toEqual(first);
    one.reset();
    expect(await statuses(60, one)).toEqual(first);
    const failed = first.filter((status) => status === 500).length;
    expect(failed).toBeGreaterThan(6);
    expect(failed).toBeLessThan(30);
    await Promise.all([one.stop(), other.stop()]);
  });

  test('are overridden by the directive of a call', async () => {
    simulator.behave({ rules: [{ fault: '500' }] });
    const client = clientFor(simulator, { 'x-simulator': 'fault=none' });
    await client.chat.completions.create(asking());
  });

  test('can slow a call without failing it', async () => {
    simulator.behave({ rules: [{ latencyMs: 60, count: 1 }] });
    const started = performance.now();
    expect(await statusOf()).toBe(200);
    expect(performance.now() - started).toBeGreaterThanOrEqual(59);
  });
});

describe('the admin paths', () => {
  test('change, show and reset the behaviour', async () => {
    const rules = [{ fault: '503', count: 1 }];
    expect(await admin('PUT', '/behaviour', { latencyMs: 5, rules })).toMatchObject({ status: 200 });
    expect((await admin('PUT', '/behaviour', { tokensPerChunk: 8 })).body).toMatchObject({
      latencyMs: 5,
      rules,
    });
    expect(await statuses(2)).toEqual([503, 200]);
    expect((await admin('GET', '/behaviour')).body).toMatchObject({
      latencyMs: 5,
      rules: [{ fault: '503', count: 0 }],
    });
    expect((await admin('DELETE', '/behaviour')).body).toMatchObject({
      latencyMs: 0,
      tokensPerChunk: 4,
      rules: [],
    });
  });

  test.each([
    { latencyMs: -1 },
    { rules: [{ fault: 'none of these' }] },
    { rules: [{ probability: 2 }] },
    { rules: {} },
    { speed: 1 },
    { ids: 'random' },
    [],
  ])('refuse %j with a reason and change nothing', async (change) => {
    const before = await admin('GET', '/behaviour');
    const refused = await admin('PUT', '/behaviour', change);
    expect(refused).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringMatching(/must be|known:/) } },
    });
    expect(await admin('GET', '/behaviour')).toEqual(before);
  });

  test('refuse a body that is not JSON, an unknown path and a wrong method', async () => {
    const response = await fetch(`${simulator.adminUrl}/behaviour`, { method: 'PUT', body: '{' });
    expect(response.status).toBe(400);
    expect((await admin('GET', '/nothing')).status).toBe(404);
    expect((await admin('POST', '/calls')).status).toBe(405);
    expect((await admin('GET', '/calls?last=some')).status).toBe(400);
  });

  test('count calls, streams and tokens in total, by model and by key', async () => {
    const client = clientFor(simulator);
    const { usage } = await client.chat.completions.create(asking());
    const sums = { calls: 1, promptTokens: usage?.prompt_tokens, completionTokens: usage?.completion_tokens };
    const body = { ...asking(), model: 'gpt-4o', stream: true };
    await client.post('/chat/completions', { body }).then(() => {});
    const { totals } = (await admin<CallsBody>('GET', '/calls')).body;
    expect(totals).toMatchObject({ calls: 2, streams: 1, open: 0, aborted: 0 });
    expect(totals.byModel['gpt-4o-mini']).toMatchObject(sums);
    expect(totals.byKey['sk-test-0001']?.promptTokens).toBe(totals.promptTokens);
    expect(totals.byKey['sk-test-0001']?.completionTokens).toBe(totals.completionTokens);
    expect((await admin<CallsBody>('DELETE', '/calls')).body.totals).toMatchObject({ calls: 0, byModel: {} });
  });

  test('list the last calls with the caller’s request ids, latest first, without bodies', async () => {
    for (const id of ['first', 'second', 'third']) {
      await clientFor(simulator, { 'x-request-id': id }).chat.completions.create(asking());
    }
    const { recent } = (await admin<CallsBody>('GET', '/calls?last=2')).body;
    expect(recent).toMatchObject([
      {
        requestId: 'third',
        sequence: 3,
        status: 200,
        outcome: 'ended',
        id: expect.stringMatching(/^chatcmpl-/),
      },
      { requestId: 'second', sequence: 2 },
    ]);
    expect(JSON.stringify(recent)).not.toContain('Sunrise');
  });

  test('show only the end of a key that is not configured', async () => {
    const open = await startSimulator();
    await clientFor(open).withOptions({ apiKey: 'sk-real-secret-9876' }).chat.completions.create(asking());
    expect(Object.keys(open.calls().byKey)).toEqual(['…9876']);
    await open.stop();
  });

  test('are closed to other machines', async () => {
    const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
    const outside = addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
    const everywhere = await startSimulator({ host: '0.0.0.0' });
    const own = await fetch(`http://127.0.0.1:${everywhere.port}/__simulator/calls`);
    expect(own.status).toBe(200);
    if (outside) {
      const other = await fetch(`http://${outside}:${everywhere.port}/__simulator/calls`);
      expect(other.status).toBe(403);
    }
    await everywhere.stop();
  });

  test.each([
    ['127.0.0.1', true],
    ['127.8.0.1', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['10.0.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['1.127.0.1', false],
    [undefined, false],
  ])('treat %s as this machine: %s', (address, expected) => {
    expect(isLoopback(address)).toBe(expected);
  });
});

describe('ids', () => {
  test('are derived from the request unless they are to be unique', async () => {
    const client = clientFor(simulator);
    const idOf = async () => (await client.chat.completions.create(asking())).id;
    expect(await idOf()).toBe(await idOf());
    simulator.behave({ ids: 'unique' });
    expect(await idOf()).not.toBe(await idOf());
  });
});

test('stop ends calls that hang, can be repeated, and frees the port', async () => {
  const first = await startSimulator({ behaviour: { rules: [{ fault: 'hang' }] } });
  const hanging = statusOf(asking(), 'sk-test-0001', first);
  await expect.poll(() => first.calls().open).toBe(1);
  await first.stop();
  await first.stop();
  expect(await hanging).not.toBe(200);
  const second = await startSimulator({ port: first.port });
  await expect(startSimulator({ port: first.port })).rejects.toThrow(
    `Port ${first.port} on 127.0.0.1 is in use`,
  );
  await second.stop();
});
