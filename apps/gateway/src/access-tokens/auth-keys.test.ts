import { expect, test } from 'vitest';
import { createAuthKey } from '../../test/support/auth-signing-keys.ts';
import { importAuthKeys } from './auth-keys.ts';

test('the first key signs, all keys verify, and only public keys are published', async () => {
  const keys = await importAuthKeys(JSON.stringify([await createAuthKey('new'), await createAuthKey('old')]));
  expect(keys.signing.kid).toBe('new');
  expect([...keys.verifying.keys()]).toEqual(['new', 'old']);
  expect(keys.published.map(({ kid, d }) => ({ kid, d }))).toEqual([{ kid: 'new' }, { kid: 'old' }]);
});

test('a key without an id gets its thumbprint as id', async () => {
  const { kid: _, ...bare } = await createAuthKey('any');
  const twice = await Promise.all([1, 2].map(() => importAuthKeys(JSON.stringify([bare]))));
  expect(twice[0]?.signing.kid).toMatch(/^[\w-]{43}$/);
  expect(twice[0]?.signing.kid).toBe(twice[1]?.signing.kid);
});

test.each([
  '',
  'secret',
  '[]',
  '{}',
  '[1]',
  '[{"kty":"oct","k":"c2VjcmV0"}]',
  '[{"kty":"EC","crv":"P-256","x":"a","y":"b","d":"c"}]',
])('refuses %s with an error that names the variable', async (value) => {
  await expect(importAuthKeys(value)).rejects.toThrow(/^AUTH_SIGNING_KEYS must be a JSON array/);
});
