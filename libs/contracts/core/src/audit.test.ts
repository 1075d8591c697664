import { expect, test } from 'vitest';
import { type AuditedCall, createAuditFacts } from './audit.ts';

const call = (reason?: string): AuditedCall => ({
  principal: {
    kind: 'user',
    userId: 'u-1',
    tier: 'pro',
    role: 'operator',
    permissions: ['flags:write'],
    sessionId: 's-1',
  },
  requestId: 'r-1',
  operation: 'flags.update',
  header: (name) => (name === 'x-audit-reason' ? reason : undefined),
});
const factOf = createAuditFacts({ newId: () => 'id-1', now: () => Date.UTC(2026, 0, 1) });
const target = { kind: 'flag', id: 'new_ui' };

test('a record has the actor, the change, the states before and after, the reason, the time and the request', () => {
  expect(factOf(call('Rollback'), { target, before: { enabled: true }, after: { enabled: false } })).toEqual({
    id: 'id-1',
    at: '2026-01-01T00:00:00.000Z',
    actor: { userId: 'u-1', role: 'operator', sessionId: 's-1' },
    operation: 'flags.update',
    target,
    before: { enabled: true },
    after: { enabled: false },
    reason: 'Rollback',
    requestId: 'r-1',
  });
});

test('a record names the API key that made the change', () => {
  const { sessionId: _, ...owner } = call().principal;
  const byKey = { ...call(), principal: { ...owner, apiKeyId: 'k-1' } };
  expect(factOf(byKey, { target }).actor).toEqual({ userId: 'u-1', role: 'operator', apiKeyId: 'k-1' });
});

test.each<[string | undefined, string | undefined]>([
  [undefined, undefined],
  ['  ', undefined],
  ['Zur%C3%BCck%0Anach%00oben', 'Zurück nach oben'],
  ['100% sure', '100% sure'],
  ['x'.repeat(600), 'x'.repeat(500)],
])('the reason %j is kept as %j', (header, reason) => {
  expect(factOf(call(header), { target }).reason).toBe(reason);
});

test('secrets are recognized by their name or form and redacted at any depth', () => {
  const key = `vc_AbCdEfGh_${'x'.repeat(49)}`;
  const after = {
    name: 'ci',
    promptKey: 'canvas.generate',
    maxTokens: 5,
    nested: [{ clientSecret: 'a', access_token: 'b', note: `use ${key} here` }],
    apiKey: 'c',
    keyHash: 'd',
    jwt: 'eyJhbGciOi.eyJzdWIi.sig',
  };
  expect(factOf(call(), { target, after }).after).toEqual({
    name: 'ci',
    promptKey: 'canvas.generate',
    maxTokens: 5,
    nested: [{ clientSecret: '[redacted]', access_token: '[redacted]', note: 'use [redacted] here' }],
    apiKey: '[redacted]',
    keyHash: '[redacted]',
    jwt: '[redacted]',
  });
});
