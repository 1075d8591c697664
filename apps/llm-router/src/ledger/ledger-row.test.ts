import { llmUsage } from '@valuecanvas/contracts-llm-router';
import { callAs, userPrincipal } from '@valuecanvas/testing';
import Value from 'typebox/value';
import { expect, test } from 'vitest';
import { ledgerRow, rowBasis } from './ledger-row.ts';

const user = userPrincipal({ tier: 'basic' });
const jobId = '01935a00-0000-7000-8000-000000000001';
const id = '01935a00-0000-7000-8000-000000000002';

const call = callAs(user, { operation: 'canvas.generate', jobId });
const basis = rowBasis({
  call: { ...call, principal: user },
  promptVersionId: undefined,
  traceId: 'a1',
  streamed: true,
});
const tokens = {
  prompt: 5,
  completion: 4,
  cached: 3,
  cacheWrite: 2,
  reasoning: 1,
  promptSound: 0,
  completionSound: 0,
  estimated: true,
};

test('a row is a valid fact of the journal, with all known values', () => {
  const outcome = { id, provider: 'together_ai', model: 'a', errorCode: 'timeout', tokens };
  const text = ledgerRow(basis, {
    ...outcome,
    status: 'timed_out',
    costNanos: 7n,
    costEstimated: true,
    latencyMs: 1.6,
  });
  const row = JSON.parse(text);
  expect(Value.Check(llmUsage.schema, row)).toBe(true);
  expect(row).toEqual({
    userId: user.userId,
    tier: 'basic',
    requestId: call.requestId,
    operation: 'canvas.generate',
    jobId,
    traceId: 'a1',
    streamed: true,
    id,
    provider: 'together_ai',
    model: 'a',
    status: 'timed_out',
    errorCode: 'timeout',
    promptTokens: 5,
    completionTokens: 4,
    cachedTokens: 3,
    cacheWriteTokens: 2,
    reasoningTokens: 1,
    costNanos: '7',
    costEstimated: true,
    latencyMs: 2,
    cached: false,
  });
});

test('names from callers and configuration are escaped', () => {
  const model = '","costNanos":"0","x":"\n\\';
  const text = ledgerRow(basis, {
    id,
    provider: 'a"b',
    model,
    status: 'succeeded',
    costNanos: 7n,
    costEstimated: false,
    latencyMs: 0,
  });
  expect(JSON.parse(text)).toMatchObject({ provider: 'a"b', model, costNanos: '7', promptTokens: 0 });
});
