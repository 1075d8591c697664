import type { KeyedRequest } from '@valuecanvas/contracts-core';
import { expect, test } from 'vitest';
import { sealAnswers } from './seal-answers.ts';

const request: KeyedRequest = {
  principal: { kind: 'user', userId: 'ada', tier: 'free', role: 'user', permissions: [] },
  operation: 'apiKeys.create',
  key: 'deploy-1',
  requestHash: new Uint8Array(32),
};
const sealed = sealAnswers('a secret').seal(request, '{"key":"vc_…"}');

test('an answer can be decrypted for its own request', () => {
  expect(sealAnswers('a secret').open(request, sealed)).toBe('{"key":"vc_…"}');
});

test.each<[string, string, Partial<KeyedRequest>]>([
  ['another secret', 'another', {}],
  ['another idempotency key', 'a secret', { key: 'deploy-2' }],
  ['another user', 'a secret', { principal: { ...request.principal, userId: 'bert' } }],
  ['another route', 'a secret', { operation: 'apiKeys.other' }],
])('it stays closed with %s', (_what, secret, change) => {
  expect(sealAnswers(secret).open({ ...request, ...change }, sealed)).toBeUndefined();
});
