import { expect, test } from 'vitest';
import { expectError, usePlatform } from './support/platform.ts';

const platform = usePlatform();
const withRetry = { LLM_RETRIES: '1' };

test('a provider that fails once is retried before failover, and each call is booked', async () => {
  platform.together.behave({ rules: [{ fault: '500', count: 1 }] });
  const router = await platform.start(withRetry);
  const { body } = await platform.chat(router);
  expect(body.data.provider).toBe('together_ai');
  expect(platform.openai.calls().calls).toBe(0);
  expect(await platform.booked(2)).toMatchObject([
    { provider: 'together_ai', status: 'failed', cost_nanos: '0' },
    { provider: 'together_ai', status: 'succeeded' },
  ]);
});

test('a provider’s retry-after is respected', async () => {
  platform.together.behave({ rules: [{ fault: '429', retryAfterMs: 1_000, count: 1 }] });
  const router = await platform.start(withRetry);
  const startedAt = performance.now();
  const { body } = await platform.chat(router);
  expect(body.data.provider).toBe('together_ai');
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_000);
});

test('a provider with a long retry-after is not retried', async () => {
  platform.together.behave({ rules: [{ fault: '429', retryAfterMs: 30_000, count: 1 }] });
  const { body } = await platform.chat(await platform.start(withRetry));
  expect(body.data.provider).toBe('openai');
});

test('a provider that fails again is followed by failover', async () => {
  platform.together.behave({ rules: [{ fault: '500' }] });
  const { body } = await platform.chat(await platform.start(withRetry));
  expect(body.data.provider).toBe('openai');
  expect(platform.together.calls().calls).toBe(2);
  await platform.booked(3);
});

test('an invalid request is not retried', async () => {
  platform.together.behave({ rules: [{ fault: '400' }] });
  expectError(await platform.chat(await platform.start(withRetry)), 400, 'VALIDATION_FAILED');
  expect(platform.together.calls().calls).toBe(1);
});

test('a retry that exceeds the budget is not made', async () => {
  platform.together.behave({ rules: [{ fault: 'hang', count: 1 }] });
  const router = await platform.start({
    LLM_TIMEOUT: '200',
    // Room for the maximum cost of one call, and for less than the prompt of a second one beside it.
    LLM_TIERS: JSON.stringify({ pro: { budgetPerDay: 0.0029 } }),
  });
  const question = { prompt: 'Why? '.repeat(400), maxTokens: 20 };
  expectError(await platform.chat(router, question), 504, 'LLM_TIMEOUT');
  expect(platform.openai.calls().calls).toBe(0);
  expect(await platform.booked(1)).toMatchObject([{ status: 'timed_out' }]);
});
