import { randomUUID } from 'node:crypto';
import { eventually, type TestService } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { expectError, usePlatform } from './support/platform.ts';

const platform = usePlatform();
const alone = { OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined };

const metricsOf = async (router: TestService) => (await fetch(`${router.internalUrl}/metrics`)).text();

const stateOf = async (router: TestService): Promise<string> =>
  (await platform.stats(router)).together_ai.state;

/** Two connected routers, the first of which has opened the provider's breaker. */
async function oneHasLearned() {
  platform.together.behave({ rules: [{ fault: '500', count: 10 }] });
  const settings = { ...alone, REDIS_KEY_PREFIX: platform.ownRedis().prefix };
  const first = await platform.start(settings);
  const second = await platform.start(settings);
  for (let call = 0; call < 10; call += 1) await platform.chat(first);
  expect(await stateOf(first)).toBe('open');
  return { first, second, settings };
}

test('routers share open breakers, without failed calls of their own', async () => {
  const { second, settings } = await oneHasLearned();
  await eventually(async () => expect(await stateOf(second)).toBe('open'));
  expectError(await platform.chat(second), 503, 'LLM_UNAVAILABLE');
  const third = await platform.start(settings);
  await eventually(async () => expectError(await platform.chat(third), 503, 'LLM_UNAVAILABLE'));
  expect(platform.together.calls().calls).toBe(10);
});

test('an admin closes the breakers of all routers, each of which knows the changes of all', async () => {
  const { first, second } = await oneHasLearned();
  await eventually(async () => expect(await stateOf(second)).toBe('open'));
  const admin = await platform.database.createUser({ role: 'admin' });
  const reset = await first.request('/api/llm/reset', { method: 'POST', as: admin });
  expect(reset).toMatchObject({ status: 200, body: { data: { closed: [{ provider: 'together_ai' }] } } });
  const changes = await second.request('/api/llm/breaker-changes', { as: admin });
  expect(changes.body.data.changes).toEqual([
    { at: expect.any(String), change: 'reset' },
    { at: expect.any(String), change: 'opened', provider: 'together_ai', model: expect.any(String) },
  ]);
  expect((await platform.chat(first)).status).toBe(200);
  await eventually(async () => expect((await platform.chat(second)).status).toBe(200));
});

test.each([
  ['POST', '/api/llm/reset'],
  ['DELETE', '/api/llm/cache'],
  ['GET', '/api/llm/breaker-changes'],
  ['GET', '/api/admin/costs'],
  ['GET', '/api/admin/alerts'],
  ['POST', `/api/admin/alerts/${randomUUID()}/acknowledge`],
])('%s %s needs an admin', async (method, path) => {
  const router = await platform.start();
  expectError(await router.request(path, { method, as: platform.user }), 403, 'FORBIDDEN');
  expectError(await router.request(path, { method, as: { kind: 'anonymous' } }), 401, 'UNAUTHENTICATED');
});

test('calls beyond the concurrency limit and queue are refused at once, for free', async () => {
  platform.together.behave({ rules: [{ fault: 'hang' }] });
  const router = await platform.start({
    ...alone,
    LLM_PROVIDER_CONCURRENCY: '1',
    LLM_PROVIDER_QUEUE: '0',
    LLM_TIMEOUT: '1500',
  });
  const first = platform.chat(router);
  await eventually(() => expect(platform.together.calls().open).toBe(1));
  const second = await platform.chat(router);
  expectError(second, 503, 'OVERLOADED');
  expect(second.body.retryAfter).toBeGreaterThan(0);
  expectError(await first, 504, 'LLM_TIMEOUT');
  await platform.booked(1);
});

test('calls, tokens, cost, overhead, cache and breakers are measured, without user ids or content', async () => {
  const router = await platform.start({ LLM_CACHE_ENABLED: 'true' });
  await platform.chat(router, { prompt: 'Where is the hidden treasure?' });
  await platform.chat(router, { prompt: 'Where is the hidden treasure?' });
  const metrics = await metricsOf(router);
  expect(metrics).toMatch(
    /^gen_ai_client_operation_duration_seconds_count\{.*gen_ai_provider_name="together_ai".*\} 1$/m,
  );
  expect(metrics).toMatch(/^gen_ai_client_token_usage_sum\{.*gen_ai_token_type="output".*\} [1-9]/m);
  expect(metrics).toMatch(/^llm_router_cost_dollars_total\{.*provider="together_ai".*\} 0\.0/m);
  expect(metrics).toMatch(/^llm_router_cache_requests_total\{.*outcome="hit".*\} 1$/m);
  expect(metrics).toMatch(/^llm_router_cache_requests_total\{.*outcome="miss".*\} 1$/m);
  expect(metrics).toMatch(/^llm_router_overhead_seconds_count\{.*\} 2$/m);
  expect(metrics).toMatch(/^llm_router_breaker_state\{.*provider="together_ai".*\} 0$/m);
  expect(metrics).toMatch(/^llm_router_slots_in_use\{.*provider="together_ai".*\} 0$/m);
  expect(metrics).not.toMatch(/treasure/);
  expect(metrics).not.toContain(platform.user.userId);
});

test('refusals are counted by limit or budget', async () => {
  const router = await platform.start({ LLM_TIERS: '{"pro":{"requestsPerHour":0}}' });
  await platform.chat(router);
  expect(await metricsOf(router)).toMatch(/^llm_router_refusals_total\{.*policy="requestsPerHour".*\} 1$/m);
});
