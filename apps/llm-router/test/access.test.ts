import { bodyLimitOf, type Principal } from '@valuecanvas/contracts-core';
import { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import { apiKeyPrincipal } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { expectError, llama, usePlatform } from './support/platform.ts';

const platform = usePlatform();

const completion = { model: llama, messages: [{ role: 'user', content: 'Why?' }] };
const routes = [
  ['POST', '/api/llm/chat', { prompt: 'Why?' }],
  ['POST', '/v1/chat/completions', completion],
  ['GET', '/v1/models', undefined],
] as const;

const statuses = async (as: Principal): Promise<number[]> => {
  const router = await platform.start();
  const answers = routes.map(([method, path, body]) =>
    router.request(path, { method, as, ...(body ? { body } : {}) }),
  );
  return (await Promise.all(answers)).map(({ status }) => status);
};

test('anonymous requests are refused', async () => {
  expect(await statuses({ kind: 'anonymous' })).toEqual([401, 401, 401]);
  expect(platform.together.calls().calls).toBe(0);
});

test('an API key needs the scope llm', async () => {
  expect(await statuses(apiKeyPrincipal(['flags:evaluate']))).toEqual([403, 403, 403]);
  expect(platform.together.calls().calls).toBe(0);
  expect(await statuses(apiKeyPrincipal(['llm']))).toEqual([200, 200, 200]);
});

test('an API key cannot read the user’s spending', async () => {
  const router = await platform.start();
  const as = apiKeyPrincipal(['llm']);
  expectError(await router.request('/api/user/llm-usage', { as }), 403, 'FORBIDDEN');
});

test('a service can spend only on behalf of a user', async () => {
  const router = await platform.start();
  const as = { kind: 'service', service: 'canvas' } as const;
  expectError(await platform.chat(router, { prompt: 'Why?' }, { as, from: 'canvas' }), 403, 'FORBIDDEN');
});

test.each(['gateway', 'canvas', 'job-worker'] as const)('%s is a trusted caller', async (from) => {
  expect((await platform.chat(await platform.start(), { prompt: 'Why?' }, { from })).status).toBe(200);
});

test.each(['feature-flags', 'prompt-registry'] as const)('%s is not a trusted caller', async (from) => {
  const router = await platform.start();
  expectError(await platform.chat(router, { prompt: 'Why?' }, { from }), 401, 'UNAUTHENTICATED');
});

test('a body beyond the limit, or in another form than JSON, is refused', async () => {
  const router = await platform.start();
  const large = {
    messages: [{ role: 'user', content: 'x'.repeat(bodyLimitOf(llmRouterContract.routes.chat)) }],
  };
  expectError(await platform.chat(router, large), 413, 'PAYLOAD_TOO_LARGE');
  const text = { headers: { 'content-type': 'text/plain' } };
  expectError(await platform.chat(router, 'Why?' as never, text), 415, 'UNSUPPORTED_MEDIA_TYPE');
  expect(platform.together.calls().calls).toBe(0);
});
