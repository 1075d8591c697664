import { serviceCall } from '@valuecanvas/http-client';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import type { StoreEffect } from '../src/kinds/job-kinds.ts';
import { createModelJobs, type Performers } from '../src/kinds/model-jobs.ts';
import { type Attempt, type AttemptsStore, createAttemptsStore } from '../src/worker/attempts.store.ts';
import { usePlatform } from './support/platform.ts';

const platform = usePlatform();

/** The effect of a custom prompt to which a model gave this answer. */
async function answered(jobId: string, content: string): Promise<StoreEffect | undefined> {
  const chat = async () => ({
    content,
    provider: 'p',
    model: 'm',
    usage: { promptTokens: 1, completionTokens: 1, totalTokens: 2, cachedTokens: 0 },
    cost: 0.000000001,
    costNanos: 1,
    latency: 1.4,
    cached: false,
    finishReason: 'stop',
  });
  const jobs = createModelJobs({ canvas: {} as Performers['canvas'], llm: { chat } });
  return jobs.custom_prompt(
    { prompt: 'Why?' },
    {
      ...serviceCall({ service: 'job-worker', operation: 'test', timeoutMs: 1_000 }),
      principal: platform.user,
      jobId,
      attempt: 1,
      redrives: 0,
    },
  );
}

async function storeJob(): Promise<string> {
  const id = uuidv7();
  await platform.database.query(
    `insert into vc_private.llm_jobs (id, user_id, type, payload, tier) values ($1, $2, 'custom_prompt', '{}', 'free')`,
    [id, platform.user.userId],
  );
  return id;
}

async function claim(store: AttemptsStore, jobId: string): Promise<Attempt> {
  const attempt = await store.claim(jobId, ['custom_prompt']);
  if (!attempt) throw new Error('The job could not be claimed.');
  return attempt;
}

test('of two attempts at a job only the later one has an effect, regardless of which ends first', async () => {
  const store = createAttemptsStore(platform.connect(), 0);
  const jobId = await storeJob();
  const stuck = await claim(store, jobId);
  const later = await claim(store, jobId);
  expect(await store.complete(stuck, await answered(jobId, 'stuck'))).toBeUndefined();
  expect(await store.complete(later, await answered(jobId, 'later'))).toBe('completed');
  expect(await store.complete(stuck, await answered(jobId, 'stuck'))).toBeUndefined();
  expect(await store.fail(stuck, 'failed', { code: 'X', message: 'x', status: 500 })).toBeUndefined();
  expect(await store.release(stuck)).toBeUndefined();
  expect(await platform.results(jobId)).toMatchObject([{ content: 'later', cost_nanos: '1', latency_ms: 1 }]);
  expect(await platform.row(jobId)).toMatchObject({
    status: 'completed',
    attempts: 1,
    lost_attempts: 1,
    fence: '2',
    error_code: null,
  });
});

test('a job that was enqueued twice starts once', async () => {
  const store = createAttemptsStore(platform.connect(), 30_000);
  const jobId = await storeJob();
  const claims = await Promise.all([1, 2, 3, 4].map(() => store.claim(jobId, ['custom_prompt'])));
  expect(claims.filter((attempt) => attempt !== undefined)).toHaveLength(1);
});

test('a finished job cannot start again', async () => {
  const store = createAttemptsStore(platform.connect(), 0);
  const jobId = await storeJob();
  await store.complete(await claim(store, jobId), await answered(jobId, 'done'));
  expect(await store.claim(jobId, ['custom_prompt'])).toBeUndefined();
  expect(await platform.row(jobId)).toMatchObject({ status: 'completed', attempts: 1 });
});

test('returning a job to the queue uses up no attempt', async () => {
  const store = createAttemptsStore(platform.connect(), 30_000);
  const jobId = await storeJob();
  expect(await store.release(await claim(store, jobId))).toBe('queued');
  expect(await claim(store, jobId)).toMatchObject({ number: 1, fence: 2n });
});
