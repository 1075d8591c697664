import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator } from '@valuecanvas/llm-simulator';
import { eventually, type TestService } from '@valuecanvas/testing';
import { expect, onTestFinished, test } from 'vitest';
import { refusedUrl, usePlatform } from './support/platform.ts';

const platform = usePlatform();
const alone = { OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined };

const healthOf = (router: TestService) => router.request('/api/llm/health', { as: { kind: 'anonymous' } });

/** Waits for the health of the only provider. */
const expectHealth = (router: TestService, status: number, provider: object) =>
  eventually(async () =>
    expect(await healthOf(router)).toMatchObject({
      status,
      body: { data: { healthy: status === 200, providers: { together_ai: provider } } },
    }),
  );

const readiness = async (router: TestService) => {
  const response = await fetch(`${router.internalUrl}/health/ready`);
  return [response.status, await response.json()] as const;
};

test('a wrong key is known without a call: no provider is healthy, but the process keeps serving', async () => {
  const simulator = await startSimulator({ keys: ['right'] });
  onTestFinished(() => simulator.stop());
  const router = await platform.start({
    ...alone,
    TOGETHER_BASE_URL: simulator.url,
    TOGETHER_API_KEY: 'wrong',
  });
  await expectHealth(router, 503, { healthy: false, state: 'closed', checked: true, problem: 'refused' });
  expect(await readiness(router)).toMatchObject([200, { status: 'degraded', checks: { providers: 'down' } }]);
});

test('a new key in a file is used without a restart', async () => {
  const simulator = await startSimulator({ keys: ['new'] });
  const folder = await mkdtemp(join(tmpdir(), 'provider-key-'));
  onTestFinished(async () => {
    await Promise.all([simulator.stop(), rm(folder, { recursive: true })]);
  });
  const file = join(folder, 'key');
  await writeFile(file, 'old');
  const router = await platform.start({
    ...alone,
    TOGETHER_BASE_URL: simulator.url,
    TOGETHER_API_KEY: undefined,
    TOGETHER_API_KEY_FILE: file,
    SECRETS_REFRESH_MS: '1000',
  });
  await expectHealth(router, 503, { healthy: false, problem: 'refused' });
  await writeFile(file, 'new');
  await expectHealth(router, 200, { healthy: true });
  expect((await platform.chat(router)).status).toBe(200);
});

test('an unreachable provider is known without a call', async () => {
  const router = await platform.start({ ...alone, TOGETHER_BASE_URL: refusedUrl });
  await expectHealth(router, 503, { healthy: false, checked: true, problem: 'unreachable' });
});

test('a provider that accepts the key is healthy', async () => {
  const router = await platform.start(alone);
  await expectHealth(router, 200, { healthy: true, checked: true });
  expect(await readiness(router)).toMatchObject([200, { status: 'ok', checks: { providers: 'up' } }]);
});

test('one provider that can serve is enough', async () => {
  const router = await platform.start({ TOGETHER_BASE_URL: refusedUrl });
  await expectHealth(router, 200, { healthy: false, problem: 'unreachable' });
  expect((await readiness(router))[0]).toBe(200);
});

test.each(['401', '403', 'quota'] as const)(
  'a key or account that calls find refused (%s) is a problem until a call succeeds',
  async (fault) => {
    platform.together.behave({ rules: [{ fault, count: 1 }] });
    const router = await platform.start(alone);
    await expectHealth(router, 200, { healthy: true, checked: true });
    await platform.chat(router);
    await expectHealth(router, 503, { healthy: false, problem: 'refused' });
    expect((await platform.chat(router)).status).toBe(200);
    await expectHealth(router, 200, { healthy: true });
  },
);

test('a provider that does not answer the check delays no start and no call', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const router = await platform.start({
    ...alone,
    TOGETHER_BASE_URL: `http://127.0.0.1:${port}/v1`,
    LLM_TIMEOUT: '100',
  });
  await expectHealth(router, 200, { healthy: true, checked: false });
  expect((await platform.chat(router)).status).toBe(504);
  await router.stop();
});
