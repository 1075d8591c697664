import { AppError, headers } from '@valuecanvas/contracts-core';
import { createKeys } from '@valuecanvas/redis';
import { eventually, startServiceProcess, startSeverableLink, type TestService } from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';
import { describe, expect, test } from 'vitest';
import { aBakery, expectError, usePlatform } from './support/platform.ts';

const platform = usePlatform();

const readiness = async ({ internalUrl }: TestService) => (await fetch(`${internalUrl}/health/ready`)).status;

const check = (service: TestService, id: string) =>
  service.request(`/api/canvas/${id}/check`, { method: 'POST', as: platform.user, body: {} });

const generate = (service: TestService) =>
  service.request('/api/canvas/generate', { method: 'POST', as: platform.user, body: aBakery });

const canvasIds = async (): Promise<string[]> => {
  const rows = await platform.database.query<{ id: string }>('select id from canvases where user_id = $1', [
    platform.user.userId,
  ]);
  return rows.map(({ id }) => id);
};

const reservations = async (): Promise<number> => {
  const rows = await platform.database.query(
    'select from vc_private.canvas_reservations where user_id = $1',
    [platform.user.userId],
  );
  return rows.length;
};

async function startOverLink() {
  const link = await startSeverableLink(platform.database.urlFor('canvas'));
  return { link, service: await platform.start({ DATABASE_URL: link.url }) };
}

test('without PostgreSQL every route fails as unavailable, nothing is spent, and the service is not ready', async () => {
  const { link, service } = await startOverLink();
  expect(await readiness(service)).toBe(200);
  await link.cut();
  const id = uuidv7();
  const as = platform.user;
  const answers = await Promise.all([
    generate(service),
    service.request('/api/canvas', { as }),
    service.request(`/api/canvas/${id}`, { as }),
    service.request(`/api/canvas/${id}`, { as, method: 'PUT', body: { revision: 1 } }),
    service.request(`/api/canvas/${id}`, { as, method: 'DELETE' }),
    service.request(`/api/canvas/${id}/refine`, { as, method: 'POST', body: { section: 'channels' } }),
    service.request(`/api/canvas/${id}/apply`, {
      as,
      method: 'POST',
      body: { section: 'channels', suggestions: ['x'], mode: 'append', revision: 1 },
    }),
    service.request(`/api/canvas/${id}/revisions`, { as }),
    service.request(`/api/canvas/${id}/revisions/1/restore`, { as, method: 'POST' }),
  ]);
  for (const answer of answers) expectError(answer, 503, 'DEPENDENCY_UNAVAILABLE');
  expect(platform.neighbours.asked).toEqual([]);
  expect(await readiness(service)).toBe(503);
  await link.mend();
  await eventually(async () => expect((await generate(service)).status).toBe(200));
  expect(await readiness(service)).toBe(200);
});

test('if PostgreSQL fails during a generation, its canvas is stored as soon as PostgreSQL is back', async () => {
  const { link, service } = await startOverLink();
  platform.neighbours.answer = async () => {
    await link.cut();
    return {};
  };
  const answering = generate(service);
  await eventually(async () => expect(await platform.executions()).toMatchObject([{ success: true }]));
  await link.mend();
  const { status, body } = await answering;
  expect(status).toBe(200);
  expect(await canvasIds()).toEqual([body.data.canvasId]);
  expect(await reservations()).toBe(0);
  expect(platform.neighbours.asked).toHaveLength(1);
});

test('if PostgreSQL fails during a check, its findings are stored as soon as PostgreSQL is back', async () => {
  const { id } = await platform.aCanvas();
  const { link, service } = await startOverLink();
  platform.neighbours.answer = async () => {
    await link.cut();
    return {};
  };
  const answering = check(service, id);
  await eventually(() => expect(platform.neighbours.asked).toHaveLength(1));
  await link.mend();
  const { status, body } = await answering;
  expect([status, body.data.isComplete]).toEqual([200, true]);
  const stored = await platform.request(`/api/canvas/${id}/findings`);
  expect(stored.body.data).toMatchObject({ isComplete: true, findings: body.data.findings });
  expect(await reservations()).toBe(0);
  expect(platform.neighbours.asked).toHaveLength(1);
});

describe('while PostgreSQL refuses writes', () => {
  const refuse = (table: string) =>
    platform.database.query(
      `create or replace function refuse_write() returns trigger language plpgsql as
         $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
       drop trigger if exists refuse_write on ${table};
       create trigger refuse_write before insert on ${table} execute function refuse_write()`,
    );
  const accept = (table: string) => platform.database.query(`drop trigger refuse_write on ${table}`);

  /** Lets the tables be full once the model has answered. */
  const refuseAfterAnswer = (): void => {
    platform.neighbours.answer = async () => {
      await refuse('canvases');
      return {};
    };
  };
  const soon = { [headers.deadline]: '1500' };
  const key = { 'idempotency-key': 'order-18' };

  test('nothing is spent, because the reservation of the canvas or its check fails', async () => {
    const { id } = await platform.aCanvas();
    await refuse('vc_private.canvas_reservations');
    expectError(await platform.generate(), 503, 'DEPENDENCY_UNAVAILABLE');
    expectError(await platform.post(`/api/canvas/${id}/check`, {}), 503, 'DEPENDENCY_UNAVAILABLE');
    await accept('vc_private.canvas_reservations');
    const readOnly = new URL(platform.database.urlFor('canvas'));
    const options = `${readOnly.searchParams.get('options')} -c default_transaction_read_only=on`;
    readOnly.searchParams.set('options', options);
    const service = await platform.start({ DATABASE_URL: readOnly.href });
    expectError(await generate(service), 503, 'DEPENDENCY_UNAVAILABLE');
    expectError(await check(service, id), 503, 'DEPENDENCY_UNAVAILABLE');
    expect(platform.neighbours.asked).toEqual([]);
  });

  test('a canvas that cannot be stored before the deadline appears later, once', async () => {
    refuseAfterAnswer();
    const refused = await platform.generate(aBakery, { headers: soon });
    expectError(refused, 503, 'DEPENDENCY_UNAVAILABLE');
    expect(refused.body.message).toMatch(/It will appear in your list/);
    expect(refused.headers.get('x-should-retry')).toBe('false');
    const list = async () => (await platform.request('/api/canvas')).body.data;
    expect(await list()).toEqual([]);
    await accept('canvases');
    const [canvas] = await eventually(async () => {
      const canvases = await list();
      expect(canvases).toMatchObject([aBakery]);
      return canvases;
    });
    const revisions = await platform.request(`/api/canvas/${canvas.id}/revisions`);
    expect(revisions.body.data).toMatchObject([{ revision: 1, source: 'generate' }]);
    expect(platform.neighbours.asked).toHaveLength(1);
  });

  test('findings that cannot be stored before the deadline appear later, once', async () => {
    const { id } = await platform.aCanvas();
    platform.neighbours.answer = async () => {
      await refuse('vc_private.canvas_checks');
      return {};
    };
    const refused = await platform.post(`/api/canvas/${id}/check`, {}, { headers: soon });
    expectError(refused, 503, 'DEPENDENCY_UNAVAILABLE');
    expect(refused.body.message).toMatch(/They will appear at the canvas/);
    expect(refused.headers.get('x-should-retry')).toBe('false');
    const report = async () => (await platform.request(`/api/canvas/${id}/findings`)).body.data;
    expect(await report()).toMatchObject({ isComplete: false, findings: [] });
    await accept('vc_private.canvas_checks');
    await eventually(async () => expect(await report()).toMatchObject({ isComplete: true, revision: 1 }));
    expect(await reservations()).toBe(0);
    expect(platform.neighbours.asked).toHaveLength(1);
  });

  test('a repetition with the idempotency key returns the canvas that was stored meanwhile', async () => {
    refuseAfterAnswer();
    expectError(
      await platform.generate(aBakery, { headers: { ...soon, ...key } }),
      503,
      'DEPENDENCY_UNAVAILABLE',
    );
    await accept('canvases');
    const ids = await eventually(async () => {
      const stored = await canvasIds();
      expect(stored).toHaveLength(1);
      return stored;
    });
    platform.neighbours.answer = undefined;
    const { status, body } = await platform.generate(aBakery, { headers: key });
    expect([status, body.data.canvasId]).toEqual([200, ids[0]]);
    expect(await canvasIds()).toEqual(ids);
    expect(await reservations()).toBe(0);
    const keys = platform.neighbours.asked.map(({ idempotencyKey }) => idempotencyKey);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  test('a replica stores the canvas of a service that was killed', async () => {
    refuseAfterAnswer();
    const { url, kill } = await startServiceProcess('canvas', platform.processEnvironment({}));
    const identity = await platform.identities.signer('gateway')('canvas', platform.user);
    const answer = fetch(`${url}/api/canvas/generate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [headers.identity]: identity },
      body: JSON.stringify(aBakery),
    });
    const failed = expect(answer).rejects.toThrow();
    const journal = createKeys(platform.redis.prefix)('journal', 'canvas.unstored');
    await eventually(async () => expect(await platform.redis.client.xlen(journal)).toBe(1));
    await kill();
    await failed;
    await accept('canvases');
    await eventually(async () => expect(await canvasIds()).toHaveLength(1), { timeoutMs: 40_000 });
  });
});

test('a generation or a check that fails leaves no reservation', async () => {
  const { id } = await platform.aCanvas();
  platform.neighbours.answer = () => ({ content: 'I would rather not.' });
  expectError(await platform.generate(), 502, 'LLM_BAD_RESPONSE');
  platform.neighbours.answer = () => Promise.reject(new AppError('MODEL_NOT_FOUND'));
  const refused = await platform.post(`/api/canvas/${id}/check`, { model: 'gpt-99' });
  expectError(refused, 404, 'MODEL_NOT_FOUND');
  expect(await reservations()).toBe(0);
});

test('reservations that a crash left behind are invisible, and deleted after two days', async () => {
  await platform.database.query(
    `insert into vc_private.canvas_reservations (canvas_id, user_id, filler, reserved_at)
     select gen_random_uuid(), $1, '', now() - days * interval '1 day' from unnest(array[1, 3]) as days`,
    [platform.user.userId],
  );
  expect((await platform.request('/api/canvas')).body.data).toEqual([]);
  await platform.start({});
  await eventually(async () => expect(await reservations()).toBe(1));
});

test('without Redis canvases are still generated, and only the statistics have a gap', async () => {
  const link = await startSeverableLink(platform.redis.url);
  const service = await platform.start({ REDIS_URL: link.url });
  await link.cut();
  expect((await generate(service)).status).toBe(200);
  expect(await platform.executions()).toEqual([]);
  expect(await readiness(service)).toBe(200);
});
