import { expect, test } from 'vitest';
import { type CompletionBody, outputLimitOf } from '../protocol/completion.ts';
import { openaiServiceTiers } from './openai/service-tiers.ts';
import { toBody } from './to-body.ts';

const messages = [{ role: 'user', content: 'Why?' }];
const older = { maxTokensField: 'max_tokens', serviceTiers: undefined } as const;
const newer = { maxTokensField: 'max_completion_tokens', serviceTiers: undefined } as const;

const whole = (provider: typeof older | typeof newer, fields: object) =>
  toBody(
    provider,
    { model: 'offered', messages, ...fields },
    { model: 'own', maxOutputTokens: 99, stream: false },
  );
const streamed = (fields: object) =>
  toBody(
    older,
    { model: 'offered', messages, ...fields },
    { model: 'own', maxOutputTokens: 99, stream: true },
  );

test('the body has an output limit even if the caller states none', () => {
  expect(whole(older, {})).toEqual({ model: 'own', messages, max_tokens: 99 });
  expect(whole(newer, {})).toEqual({ model: 'own', messages, max_completion_tokens: 99 });
});

test('the caller’s own limit is kept, in the provider’s field', () => {
  expect(whole(older, { max_completion_tokens: 5 })).toEqual({ model: 'own', messages, max_tokens: 5 });
  expect(whole(newer, { max_tokens: 5 })).toEqual({ model: 'own', messages, max_completion_tokens: 5 });
  expect(whole(newer, { max_completion_tokens: 5, max_tokens: 7 })).toEqual({
    model: 'own',
    messages,
    max_completion_tokens: 5,
  });
});

test.each([null, 0, -1, 1.5, '7', Number.NaN])(
  '%j is not a valid limit, and is replaced by the default',
  (limit) => {
    expect(outputLimitOf({ model: 'a', messages, max_tokens: limit })).toBeUndefined();
    expect(whole(older, { max_tokens: limit })).toMatchObject({ max_tokens: 99 });
  },
);

test('a stream always reports its usage, whatever the caller requests', () => {
  expect(streamed({ stream: true })).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  const asked = { include_usage: false, include_obfuscation: false };
  expect(streamed({ stream: true, stream_options: asked })).toMatchObject({
    stream_options: { include_usage: true, include_obfuscation: false },
  });
});

test('a request for a whole answer has no stream options, which providers would refuse', () => {
  const body = whole(older, { stream: true, stream_options: { include_usage: true } });
  expect(body).toEqual({ model: 'own', messages, max_tokens: 99 });
});

test('unknown fields pass through, and internal fields do not', () => {
  const unknown = { min_p: 0.1, provider: { order: ['x'] }, metadata: { a: 'b' } };
  const body = whole(older, { ...unknown, promptVersionId: 'ours' });
  expect(body).toEqual({ ...unknown, model: 'own', messages, max_tokens: 99 });
});

test('the caller’s body is not modified', () => {
  const body: CompletionBody = Object.freeze({ model: 'offered', messages, stream: true, max_tokens: 3 });
  expect(() => toBody(newer, body, { model: 'own', maxOutputTokens: 1, stream: true })).not.toThrow();
});

test('a provider with service tiers gets the standard tier if the caller requests none', () => {
  const openai = { maxTokensField: 'max_tokens', serviceTiers: openaiServiceTiers } as const;
  const tierOf = (fields: object) =>
    toBody(
      openai,
      { model: 'offered', messages, ...fields },
      { model: 'own', maxOutputTokens: 99, stream: false },
    ).service_tier;
  expect(tierOf({})).toBe('default');
  expect(tierOf({ service_tier: null })).toBe('default');
  expect(tierOf({ service_tier: 'auto' })).toBe('auto');
  expect(whole(older, { service_tier: 'auto' })).toMatchObject({ service_tier: 'auto' });
});
