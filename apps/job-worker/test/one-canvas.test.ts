import { sections } from '@valuecanvas/contracts-canvas';
import { createKeys } from '@valuecanvas/redis';
import { eventually, startCommitGate, startServiceProcess } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { startCanvas } from './support/canvas-process.ts';
import { usePlatform } from './support/platform.ts';

const platform = usePlatform();

const original = 'The original';

/** Canvases that jobs have created. */
const canvases = () =>
  platform.database.query<{ id: string }>(
    'select id from canvases where user_id = $1 and title is distinct from $2',
    [platform.user.userId, original],
  );

/** Stores a job that creates a canvas: a new one, or a variant of an existing one. */
async function storeJob(type: 'canvas_generation' | 'canvas_variant'): Promise<string> {
  if (type === 'canvas_generation')
    return platform.store(type, { type, promptVariables: { businessDescription: 'A bakery' } });
  const blocks = Object.fromEntries(sections.map((section) => [section, ['One', 'Two']]));
  const [canvas] = await platform.database.query<{ id: string }>(
    `insert into canvases (id, user_id, title, business_description, blocks, revision)
     values (gen_random_uuid(), $1, $2, 'A bakery', $3, 1) returning id`,
    [platform.user.userId, original, JSON.stringify(blocks)],
  );
  return platform.store(type, { canvasId: canvas?.id, kind: 'lean' });
}

async function completesWithOneCanvas(jobId: string, canvasUrl: string): Promise<void> {
  await platform.start({ CANVAS_URL: canvasUrl });
  await platform.reaches(jobId, 'completed', 60_000);
  const [made, ...surplus] = await canvases();
  expect(surplus).toEqual([]);
  expect(await platform.results(jobId)).toMatchObject([{ canvas_id: made?.id }]);
}

test.each([
  ['before', 'canvas_generation'],
  ['after', 'canvas_variant'],
] as const)(
  'a worker killed %s the commit of the result of a %s leaves one canvas and one model call',
  async (side, type) => {
    const canvas = await startCanvas(platform.backends);
    const gate = await startCommitGate(platform.database.urlFor('job-worker'), {
      statement: 'insert into "llm_job_results"',
      side,
    });
    const doomed = await startServiceProcess(
      'job-worker',
      platform.processEnvironment({ CANVAS_URL: canvas.url, DATABASE_URL: gate.url }),
    );
    const jobId = await storeJob(type);
    await gate.stopped;
    await doomed.kill();
    expect(await canvases()).toHaveLength(1);

    await completesWithOneCanvas(jobId, canvas.url);
    expect(canvas.routerKeys).toHaveLength(1);
  },
);

test('a worker killed while the model answers leaves one canvas, and the router gets the same key again', async () => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const canvas = await startCanvas(platform.backends, (earlier) => {
    ask();
    return earlier === 0 ? new Promise(() => undefined) : undefined;
  });
  const doomed = await startServiceProcess(
    'job-worker',
    platform.processEnvironment({ CANVAS_URL: canvas.url }),
  );
  const jobId = await storeJob('canvas_generation');
  await asked;
  await doomed.kill();
  expect(await canvases()).toHaveLength(0);
  await completesWithOneCanvas(jobId, canvas.url);
  expect(canvas.routerKeys).toHaveLength(2);
  expect(new Set(canvas.routerKeys).size).toBe(1);
});

test('a job whose workers are killed more often than it has attempts completes with its one canvas', async () => {
  const canvas = await startCanvas(platform.backends);
  const jobId = await storeJob('canvas_variant');
  for (let kill = 0; kill < 4; kill += 1) {
    const gate = await startCommitGate(platform.database.urlFor('job-worker'), {
      statement: 'insert into "llm_job_results"',
      side: 'before',
    });
    const doomed = await startServiceProcess(
      'job-worker',
      platform.processEnvironment({ CANVAS_URL: canvas.url, DATABASE_URL: gate.url }),
    );
    await gate.stopped;
    await doomed.kill();
    gate.cut();
  }
  await completesWithOneCanvas(jobId, canvas.url);
  expect(canvas.routerKeys).toHaveLength(1);
});

test.each(['stored its canvas', 'asked the model'] as const)(
  'a job that has lost too many workers takes over the canvas if the last one had %s, and calls no model',
  async (progress) => {
    const isStored = progress === 'stored its canvas';
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const canvas = await startCanvas(platform.backends, () => {
      ask();
      return isStored ? undefined : new Promise(() => undefined);
    });
    const gate = await startCommitGate(platform.database.urlFor('job-worker'), {
      statement: 'insert into "llm_job_results"',
      side: 'before',
    });
    const doomed = await startServiceProcess(
      'job-worker',
      platform.processEnvironment({ CANVAS_URL: canvas.url, DATABASE_URL: gate.url }),
    );
    const jobId = await storeJob(isStored ? 'canvas_variant' : 'canvas_generation');
    await (isStored ? gate.stopped : asked);
    await doomed.kill();
    gate.cut();
    await platform.database.query(`update vc_private.llm_jobs set lost_attempts = 9 where id = $1`, [jobId]);
    await platform.start({ CANVAS_URL: canvas.url });
    const end = isStored ? 'completed' : 'failed';
    expect(await platform.reaches(jobId, end, 60_000)).toMatchObject({ lost_attempts: 10 });
    const made = await canvases();
    expect(await platform.results(jobId)).toMatchObject(made.map(({ id }) => ({ canvas_id: id })));
    expect([made.length, canvas.routerKeys.length]).toEqual([isStored ? 1 : 0, 1]);
  },
);

test('a job that has lost too many workers takes over a canvas that PostgreSQL could not store yet', async () => {
  const { database, redis } = platform;
  await database.query(
    `create function refuse_canvas() returns trigger language plpgsql as
       $$ begin raise exception 'No space left on device' using errcode = '53100'; end $$;
     create trigger refuse_canvas before insert on canvases execute function refuse_canvas()`,
  );
  const canvas = await startCanvas(platform.backends);
  const doomed = await startServiceProcess(
    'job-worker',
    platform.processEnvironment({ CANVAS_URL: canvas.url }),
  );
  const jobId = await storeJob('canvas_generation');
  const journal = createKeys(redis.prefix)('journal', 'canvas.unstored');
  await eventually(async () => expect(await redis.client.xlen(journal)).toBe(1), { timeoutMs: 40_000 });
  await doomed.kill();
  await database.query(`update vc_private.llm_jobs set lost_attempts = 9 where id = $1`, [jobId]);
  await platform.start({ CANVAS_URL: canvas.url });
  await eventually(() => expect(canvas.recoveredKeys).toEqual(canvas.routerKeys), { timeoutMs: 40_000 });
  await database.query('drop function refuse_canvas cascade');
  expect(await platform.reaches(jobId, 'completed', 60_000)).toMatchObject({ lost_attempts: 10 });
  const [made, ...surplus] = await canvases();
  expect(surplus).toEqual([]);
  expect(await platform.results(jobId)).toMatchObject([{ canvas_id: made?.id }]);
  expect(canvas.routerKeys).toHaveLength(1);
});
