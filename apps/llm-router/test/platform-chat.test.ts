import { llmRouterContract, platformAccountId } from '@valuecanvas/contracts-llm-router';
import { callAs, eventually, type TestService } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { expectError, llama, usePlatform } from './support/platform.ts';
import { startScriptedProvider } from './support/scripted-provider.ts';

const platform = usePlatform();
const path = '/internal/llm/chat';
const registry = { kind: 'service', service: 'prompt-registry' } as const;
const messages = [{ role: 'user' as const, content: 'How much is 6 times 7?' }];

const ask = (router: TestService, requestKey: string, content?: string, call = callAs(registry)) =>
  router
    .client(llmRouterContract, 'prompt-registry')
    .chatForPlatform(
      { body: { messages: content ? [{ role: 'user', content }] : messages, requestKey } },
      call,
    );

const bookedByPlatform = (requestId: string) =>
  platform.database.query<{ tier: string; cost_nanos: string; cached: boolean }>(
    'select tier, cost_nanos, cached from llm_usage where user_id = $1 and request_id = $2 order by id',
    [platformAccountId, requestId],
  );

test('the platform spends on its own account, without the cache', async () => {
  const router = await platform.start({ LLM_CACHE_ENABLED: 'true' });
  const call = callAs(registry);
  const first = await ask(router, 'evaluation-1', undefined, call);
  expect(first).toMatchObject({ model: llama, provider: 'together_ai', cached: false, finishReason: 'stop' });
  expect((await ask(router, 'evaluation-2', undefined, call)).cached).toBe(false);
  expect(platform.together.calls().calls).toBe(2);
  const rows = await eventually(async () => {
    const booked = await bookedByPlatform(call.requestId);
    expect(booked).toHaveLength(2);
    return booked;
  });
  expect(rows[0]).toEqual({ tier: 'enterprise', cost_nanos: String(first.costNanos), cached: false });
});

test('the same key gets the stored answer without another call, and belongs to one request', async () => {
  const router = await platform.start();
  const first = await ask(router, 'evaluation-3');
  expect(await ask(router, 'evaluation-3')).toEqual(first);
  expect(platform.together.calls().calls).toBe(1);
  await expect(ask(router, 'evaluation-3', 'Another question')).rejects.toMatchObject({
    code: 'IDEMPOTENCY_MISMATCH',
  });
});

test('tools reach the provider, and an unknown model is refused', async () => {
  const provider = await startScriptedProvider();
  const router = await platform.start({ OPENAI_BASE_URL: provider.url });
  const { chatForPlatform } = router.client(llmRouterContract, 'prompt-registry');
  await expect(
    chatForPlatform({ body: { messages, model: 'gpt-99', requestKey: 'a' } }, callAs(registry)),
  ).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  const tools = [{ type: 'function', function: { name: 'multiply', parameters: { type: 'object' } } }];
  await chatForPlatform(
    { body: { messages, tools, model: 'gpt-4o-mini', requestKey: 'b' } },
    callAs(registry),
  );
  expect(provider.requests.at(-1)).toMatchObject({ tools });
});

test('the budget of the whole platform also limits its own account', async () => {
  const router = await platform.start({ PLATFORM_BUDGET_PER_DAY: '0.0000001' });
  await expect(ask(router, 'evaluation-4')).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
});

test('neither a user nor another service may spend for the platform', async () => {
  const router = await platform.start();
  const request = { method: 'POST', body: { messages, requestKey: 'evaluation-5' } };
  expectError(await router.request(path, { ...request, as: platform.user }), 403, 'FORBIDDEN');
  const flags = { as: { kind: 'service', service: 'feature-flags' }, from: 'feature-flags' } as const;
  expectError(await router.request(path, { ...request, ...flags }), 403, 'FORBIDDEN');
  expect(await router.request(path, request)).toMatchObject({ status: 401 });
  expect(platform.together.calls().calls).toBe(0);
});
