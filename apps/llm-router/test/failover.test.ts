import { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import type { Fault } from '@valuecanvas/llm-simulator';
import { callAs } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { expectError, llama, refusedUrl, usePlatform } from './support/platform.ts';
import { startScriptedProvider } from './support/scripted-provider.ts';

const platform = usePlatform();
const shortly = { LLM_TIMEOUT: '200', LLM_STALL_TIMEOUT: '200' };

/** `nothing` if the provider certainly did no work, `counted` if it reported usage. */
const failures = [
  ['answers 500', '500', 'failed', 'unavailable', 'nothing'],
  ['answers 429', '429', 'failed', 'rate_limited', 'nothing'],
  ['refuses our key', '401', 'failed', 'unavailable', 'nothing'],
  ['does not have the model', '404', 'failed', 'not_served', 'nothing'],
  ['never answers', 'hang', 'timed_out', 'timeout', 'estimated'],
  ['stops in the middle of its answer', 'stall', 'timed_out', 'timeout', 'estimated'],
  ['drops the connection', 'reset', 'failed', 'unavailable', 'estimated'],
  ['breaks off in the middle of its answer', 'cut', 'failed', 'unavailable', 'estimated'],
  ['answers malformed JSON', 'malformed', 'failed', 'bad_response', 'estimated'],
  ['answers half of its JSON', 'silent-end', 'failed', 'bad_response', 'estimated'],
  ['answers a web page', 'wrong-content-type', 'failed', 'bad_response', 'estimated'],
  ['answers an error under status 200', 'error-event', 'failed', 'unavailable', 'nothing'],
  ['answers without choices', 'empty-choices', 'failed', 'bad_response', 'counted'],
] as const satisfies readonly (readonly [string, Fault, string, string, string])[];

test.each(failures)(
  'when the first provider %s, the second serves, and both calls are booked',
  async (_, fault, status, code, cost) => {
    platform.together.behave({ rules: [{ fault }] });
    const router = await platform.start(shortly);
    const answer = await platform.chat(router);
    expect(answer.status).toBe(200);
    expect(answer.body.data).toMatchObject({ provider: 'openai', model: 'gpt-4o-mini' });
    expect(await platform.stats(router)).toMatchObject({
      together_ai: { calls: fault === '404' ? 0 : 1, failures: fault === '404' ? 0 : 1, fallbacks: 0 },
      openai: { calls: 1, failures: 0, fallbacks: 1 },
    });
    const requestId = answer.headers.get('x-request-id');
    const booked = await platform.booked(2);
    expect(Number(booked[0]?.cost_nanos) > 0).toBe(cost !== 'nothing');
    expect(booked).toMatchObject([
      {
        request_id: requestId,
        provider: 'together_ai',
        model: llama,
        status,
        error_code: code,
        cost_estimated: cost === 'estimated',
      },
      {
        request_id: requestId,
        provider: 'openai',
        model: 'gpt-4o-mini',
        status: 'succeeded',
        error_code: null,
      },
    ]);
  },
);

test('when the first provider refuses connections, the second serves', async () => {
  const router = await platform.start({ TOGETHER_BASE_URL: refusedUrl });
  const { body } = await platform.chat(router);
  expect(body.data.provider).toBe('openai');
  expect(await platform.booked(2)).toMatchObject([{ error_code: 'unavailable' }, { status: 'succeeded' }]);
});

test('an answer with invalid choices is not forwarded', async () => {
  const odd = await startScriptedProvider({ choices: [null] });
  const router = await platform.start({ TOGETHER_BASE_URL: odd.url });
  expect((await platform.chat(router)).body.data.provider).toBe('openai');
});

test('a request that the provider rejects is the caller’s fault, without failover', async () => {
  platform.together.behave({ rules: [{ fault: '400' }] });
  const router = await platform.start();
  const answer = await platform.chat(router);
  expectError(answer, 400, 'VALIDATION_FAILED');
  expect(answer.body.message).toMatch(/^The provider refused the request: ./);
  expect(platform.openai.calls().calls).toBe(0);
  expect(await platform.booked(1)).toMatchObject([{ status: 'failed', error_code: 'caller' }]);
});

test('when all providers are rate limiting, retryAfter is their shortest wait', async () => {
  platform.together.behave({ rules: [{ fault: '429', retryAfterMs: 30_000 }] });
  platform.openai.behave({ rules: [{ fault: '429', retryAfterMs: 7_000 }] });
  const answer = await platform.chat(await platform.start());
  expectError(answer, 429, 'PROVIDER_RATE_LIMITED');
  expect(answer.body.retryAfter).toBe(7);
  expect(answer.headers.get('retry-after')).toBe('7');
  expect(answer.headers.has('x-should-retry')).toBe(false);
});

test.each(['429', '503'] as const)(
  'the advice about a retry agrees with the wait after %s',
  async (fault) => {
    const router = await platform.start();
    for (const [retryAfterMs, advice] of [
      [7_000, null],
      [600_000, 'false'],
    ] as const) {
      for (const provider of [platform.together, platform.openai])
        provider.behave({ rules: [{ fault, retryAfterMs }] });
      const { status, headers } = await platform.chat(router);
      expect(status).toBe(Number(fault));
      expect([headers.get('retry-after'), headers.get('x-should-retry')]).toEqual([
        String(retryAfterMs / 1_000),
        advice,
      ]);
    }
  },
);

test.each(['seconds', 'milliseconds', 'date'] as const)(
  'a provider may state its wait in %s',
  async (retryAfterForm) => {
    for (const provider of [platform.together, platform.openai])
      provider.behave({ rules: [{ fault: '429', retryAfterMs: 60_000, retryAfterForm }] });
    const { body } = await platform.chat(await platform.start());
    expect(body.retryAfter).toBeGreaterThan(50);
    expect(body.retryAfter).toBeLessThanOrEqual(60);
  },
);

test('when all providers are down, the error states so, with retryAfter', async () => {
  const router = await platform.start({ TOGETHER_BASE_URL: refusedUrl, OPENAI_BASE_URL: refusedUrl });
  const answer = await platform.chat(router);
  expectError(answer, 503, 'LLM_UNAVAILABLE');
  expect(answer.body.error).toMatch(/^All LLM providers unavailable/);
  expect(answer.body.retryAfter).toBeGreaterThan(0);
  expect(answer.headers.get('retry-after')).toBe(String(answer.body.retryAfter));
});

test('no internal detail of a provider reaches the caller', async () => {
  for (const provider of [platform.together, platform.openai]) provider.behave({ rules: [{ fault: '500' }] });
  const answer = await platform.chat(await platform.start());
  expectError(answer, 503, 'LLM_UNAVAILABLE');
  const { requestId: _any, ...said } = answer.body;
  expect(JSON.stringify(said)).not.toMatch(/500|127\.0\.0\.1|together|simulat/i);
});

test('when no provider answers in time, the error is a timeout', async () => {
  for (const provider of [platform.together, platform.openai])
    provider.behave({ rules: [{ fault: 'hang' }] });
  const answer = await platform.chat(await platform.start(shortly));
  expectError(answer, 504, 'LLM_TIMEOUT');
  expect(answer.body.error).toContain('timeout');
  expect(await platform.booked(2)).toMatchObject([{ status: 'timed_out' }, { status: 'timed_out' }]);
});

test('when no provider gives a usable answer, the error is LLM_BAD_RESPONSE', async () => {
  for (const provider of [platform.together, platform.openai])
    provider.behave({ rules: [{ fault: 'malformed' }] });
  const answer = await platform.chat(await platform.start());
  expectError(answer, 502, 'LLM_BAD_RESPONSE');
  expect(answer.body.error).toMatch(/^Failed to parse LLM response/);
});

test('a model that no provider has is unknown, even if price lists contain it', async () => {
  for (const provider of [platform.together, platform.openai]) provider.behave({ rules: [{ fault: '404' }] });
  const answer = await platform.chat(await platform.start());
  expectError(answer, 404, 'MODEL_NOT_FOUND');
  expect(answer.body.message).toContain('/v1/models');
});

test('services learn which models no configured provider serves', async () => {
  const router = await platform.start();
  const check = router.client(llmRouterContract, 'feature-flags').checkModels;
  const call = callAs({ kind: 'service', service: 'feature-flags' });
  const models = [llama, 'gpt-4o-mini', 'gpt-99', '', 'a\nb'];
  const { unserved, listed } = await check({ body: { models } }, call);
  expect(unserved).toEqual(['gpt-99', '', 'a\nb']);
  expect(listed).toEqual(expect.arrayContaining([llama]));
  for (const model of models) {
    const answer = await platform.chat(router, { prompt: 'Hello', model });
    expect(answer.status === 200).toBe(!unserved.includes(model));
  }
});

test('operators decide how long an answer may take', async () => {
  platform.together.behave({ latencyMs: 1_500 });
  const [impatient, other] = [
    await platform.start({ LLM_DEADLINE: '1000', LLM_TIMEOUT: '5000' }),
    await platform.start({ LLM_DEADLINE: '10000', LLM_TIMEOUT: '5000' }),
  ];
  expectError(await platform.chat(impatient), 504, 'DEADLINE_EXCEEDED');
  expect((await platform.chat(other)).body.data.provider).toBe('together_ai');
});
