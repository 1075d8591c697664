import {
  createTestDatabase,
  createTestIdentities,
  createTestRedis,
  startTestService,
  type TestRequest,
  userPrincipal,
} from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { promptRegistryService } from '../src/app.ts';

const admin = userPrincipal({ role: 'admin' });
const unusedAddress = '127.0.0.1:1';

async function start(environment: Record<string, string>) {
  return startTestService(
    promptRegistryService,
    { SHUTDOWN_GRACE_MS: '1000', ...environment },
    await createTestIdentities(),
  );
}

test('an activation succeeds without Redis and without the router, which cannot check the model then', async () => {
  const database = await createTestDatabase();
  const service = await start({
    DATABASE_URL: database.urlFor('prompt-registry'),
    REDIS_URL: `redis://${unusedAddress}`,
    LLM_ROUTER_URL: `http://${unusedAddress}`,
  });
  const post = (path: string, body?: object) =>
    service.request(`/api/prompts/versions${path}`, { method: 'POST', as: admin, body });
  const draft = {
    promptKey: 'canvas.refine',
    template: 'Hello',
    variables: [],
    metadata: { model: 'gpt-99' },
  };
  const { version } = (await post('', draft)).body.data;
  expect((await post(`/canvas.refine/${version}/activate`)).status).toBe(200);
  expect((await fetch(`${service.internalUrl}/health/ready`)).status).toBe(200);
  await service.stop();
  await database.drop();
});

test('without PostgreSQL the service is not ready, and every route answers 503', async () => {
  const redis = createTestRedis();
  const service = await start({
    DATABASE_URL: `postgres://anonymous@${unusedAddress}/none`,
    REDIS_URL: redis.url,
    REDIS_KEY_PREFIX: redis.prefix,
  });
  const post = (body?: unknown): TestRequest => ({ method: 'POST', as: admin, ...(body ? { body } : {}) });
  const requests: [string, TestRequest][] = [
    ['/api/prompts/versions', { as: admin }],
    ['/api/prompts/versions', post({ promptKey: 'a', template: 'x', variables: [] })],
    ['/api/prompts/versions/a/1/activate', post()],
    ['/api/prompts/a', { as: admin }],
    ['/api/prompts/a/render', post({ variables: {} })],
    [`/api/prompts/executions/${uuidv7()}/feedback`, post({ rating: 5 })],
    ['/internal/prompts/snapshot', { as: { kind: 'service', service: 'canvas' }, from: 'canvas' }],
  ];
  for (const [path, request] of requests) {
    const { status, body } = await service.request(path, request);
    expect([path, status, body.code]).toEqual([path, 503, 'DEPENDENCY_UNAVAILABLE']);
  }
  expect((await fetch(`${service.internalUrl}/health/ready`)).status).toBe(503);
  await service.stop();
  await redis.stop();
});
