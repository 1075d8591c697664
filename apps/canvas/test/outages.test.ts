import { eventually, startSeverableLink, type TestService } from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { aBakery, expectError, usePlatform } from './support/platform.ts';

const platform = usePlatform();

const readiness = async ({ internalUrl }: TestService) => (await fetch(`${internalUrl}/health/ready`)).status;

const generate = (service: TestService) =>
  service.request('/api/canvas/generate', { method: 'POST', as: platform.user, body: aBakery });

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

test('if PostgreSQL fails during generation, the caller gets an error and no canvas', async () => {
  const { link, service } = await startOverLink();
  platform.neighbours.answer = async () => {
    await link.cut();
    return {};
  };
  expectError(await generate(service), 503, 'DEPENDENCY_UNAVAILABLE');
  expect(await platform.executions()).toMatchObject([{ success: true }]);
});

test('without Redis canvases are still generated, and only the statistics have a gap', async () => {
  const link = await startSeverableLink(platform.redis.url);
  const service = await platform.start({ REDIS_URL: link.url });
  await link.cut();
  expect((await generate(service)).status).toBe(200);
  expect(await platform.executions()).toEqual([]);
  expect(await readiness(service)).toBe(200);
});
