import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from '../src/migrate.ts';
import { actAs } from './act-as.ts';
import { useServer } from './server.ts';
import { alice, bob, insertTwoUsers } from './two-users.ts';

const server = useServer();
const submit = `select vc_private.submit_llm_job($1, 'canvas_generation', '{"a":1}')`;
let owner: Client;

beforeAll(async () => {
  const url = await server.database();
  await migrate({ url });
  owner = new Client(url);
  await owner.connect();
  await insertTwoUsers(owner);
});

afterAll(() => owner.end());

/** Submits a job as canvas, and reads the stored row as the owner. */
async function submitted(claims: object): Promise<unknown[]> {
  const id = randomUUID();
  await owner.query('begin');
  try {
    await owner.query(`select set_config('request.jwt.claims', $1, true)`, [JSON.stringify(claims)]);
    await owner.query('set local role vc_canvas');
    await owner.query(submit, [id]);
    await owner.query('reset role');
    return (await owner.query('select * from vc_private.llm_jobs where id = $1', [id])).rows;
  } finally {
    await owner.query('rollback');
  }
}

it('a service submits a job for the user of its claims: queued, untouched, with the tier of the claims', async () => {
  expect(await submitted({ sub: bob, app_metadata: { tier: 'pro' } })).toMatchObject([
    {
      user_id: bob,
      tier: 'pro',
      type: 'canvas_generation',
      payload: { a: 1 },
      trace_context: {},
      metadata: {},
      status: 'queued',
      progress: 0,
      attempts: 0,
      fence: '0',
      batch_id: null,
      enqueued_at: null,
      started_at: null,
    },
  ]);
});

it('claims without a tier count as free', async () => {
  expect(await submitted({ sub: alice })).toMatchObject([{ user_id: alice, tier: 'free' }]);
});

it('without claims nothing can be submitted', async () => {
  await expect(actAs(owner, { role: 'vc_canvas' }, submit, [randomUUID()])).rejects.toThrow(
    /^submit_llm_job needs the claims of a user: set request\.jwt\.claims in this transaction first\.$/,
  );
});

it('an id that is taken is refused, so that one submission is one job', async () => {
  await expect(actAs(owner, { role: 'vc_canvas', user: alice }, submit, [bob])).rejects.toMatchObject({
    code: '23505',
  });
});

it('only canvas and job-worker may submit', async () => {
  for (const role of [
    'vc_gateway',
    'vc_llm_router',
    'vc_prompt_registry',
    'vc_feature_flags',
    'authenticated',
  ]) {
    await expect(actAs(owner, { role, user: alice }, submit, [randomUUID()])).rejects.toThrow(
      /permission denied/,
    );
  }
});

it('a service that submits cannot read jobs', async () => {
  const read = 'select from vc_private.llm_jobs';
  await expect(actAs(owner, { role: 'vc_canvas', user: alice }, read)).rejects.toThrow(/permission denied/);
});

it('the worker stores a result once, of any well-named kind', async () => {
  const store = `
    insert into llm_job_results (job_id, user_id, type, content, provider, model, latency_ms)
    values ($1, $1, $2, 'another answer', 'p', 'm', 1) on conflict (job_id) do nothing`;
  const worker = { role: 'vc_job_worker', acrossUsers: true };
  const stored = (type: string, job: string) => actAs(owner, worker, store, [job, type]);
  expect((await stored('custom_prompt', alice)).rowCount).toBe(0);
  await owner.query('delete from llm_job_results where job_id = $1', [bob]);
  await expect(stored('Not a kind', bob)).rejects.toThrow(/llm_job_results_type_check/);
  expect((await stored('canvas_export', bob)).rowCount).toBe(1);
});

it('a job of any well-named kind can be stored, for a user with a tier or for the platform with neither', async () => {
  const worker = { role: 'vc_job_worker', acrossUsers: true };
  const store =
    'insert into vc_private.llm_jobs (id, type, payload, user_id, tier) values ($1, $2, $3, $4, $5)';
  const stored = (type: string, user: string | null, tier: string | null) =>
    actAs(owner, worker, store, [randomUUID(), type, '{}', user, tier]);
  expect((await stored('canvas_export', alice, 'free')).rowCount).toBe(1);
  expect((await stored('job_retention', null, null)).rowCount).toBe(1);
  await expect(stored('Not a kind', alice, 'free')).rejects.toThrow(/llm_jobs_type_check/);
  await expect(stored('job_retention', null, 'free')).rejects.toThrow(/llm_jobs_owner_check/);
  await expect(stored('custom_prompt', alice, null)).rejects.toThrow(/llm_jobs_owner_check/);
});

it('the worker deletes jobs that finished more than a day ago, with their results, and no others', async () => {
  const worker = { role: 'vc_job_worker', acrossUsers: true };
  const remove = 'delete from vc_private.llm_jobs';
  expect((await actAs(owner, worker, remove)).rowCount).toBe(0);
  await owner.query(
    `update vc_private.llm_jobs set finished_at = now() - interval '25 hours' where id = $1`,
    [alice],
  );
  expect((await actAs(owner, worker, remove)).rowCount).toBe(1);
  expect((await actAs(owner, { role: 'vc_job_worker', user: alice }, remove)).rowCount).toBe(0);
});
