import { eventually, startSeverableLink } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { question, usePlatform } from './support/platform.ts';

const platform = usePlatform();

/** Deletes all keys of this deployment, in one atomic script. FLUSHALL would affect other tests on the same server. */
async function loseEverything(): Promise<void> {
  const { client, prefix } = platform.redis;
  const script =
    "local keys = redis.call('keys', ARGV[1]) for _, key in ipairs(keys) do redis.call('del', key) end return #keys";
  expect(await client.eval(script, 0, `${prefix}:*`)).toBeGreaterThan(5);
}

test('after Redis loses all data, no job or result is lost and no work is done twice', async () => {
  const service = await platform.start({ QUEUE_CONCURRENCY: '2' });
  const gate = Promise.withResolvers<void>();
  platform.performers.before = () => gate.promise;
  const ids: string[] = [];
  for (let index = 0; index < 6; index += 1) ids.push(await platform.submit(service, question));
  await eventually(() => expect(platform.performers.calls).toHaveLength(2));
  await loseEverything();
  gate.resolve();
  for (const id of ids) await platform.reaches(id, 'completed');
  for (const id of ids) expect(await platform.results(id)).toHaveLength(1);
  expect(platform.performers.calls).toHaveLength(6);
});

test('while Redis is unavailable, jobs are accepted and cancelled; they run once it is back', async () => {
  const link = await startSeverableLink(platform.redis.url);
  const service = await platform.start({ REDIS_URL: link.url });
  await platform.reaches(await platform.submit(service, question), 'completed');
  await link.cut();
  const kept = await platform.submit(service, question);
  const dropped = await platform.submit(service, question);
  expect(await platform.cancel(service, dropped)).toMatchObject({
    status: 200,
    body: { data: { status: 'cancelled' } },
  });
  expect((await platform.row(kept)).status).toBe('queued');
  await link.mend();
  await platform.reaches(kept, 'completed', 15_000);
  expect(platform.performers.calls).toHaveLength(2);
  expect((await platform.row(dropped)).status).toBe('cancelled');
});

test('a worker that starts while Redis is unavailable answers requests, and runs jobs once Redis is available', async () => {
  const link = await startSeverableLink(platform.redis.url);
  await link.cut();
  const service = await platform.start({ REDIS_URL: link.url });
  const jobId = await platform.submit(service, question);
  expect((await platform.get(service, jobId)).body.data.status).toBe('queued');
  await link.mend();
  await platform.reaches(jobId, 'completed', 15_000);
});
