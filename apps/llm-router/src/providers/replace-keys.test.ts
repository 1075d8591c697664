import { expect, test } from 'vitest';
import { presentable } from './refusal.ts';
import { replaceKeys } from './replace-keys.ts';

test('after a rotation, the new key is used and both keys are masked', () => {
  const provider = { id: 'a', apiKey: 'the-former-secret' };
  replaceKeys([provider], [{ id: 'a', apiKey: 'the-newer-secret' }]);
  expect(provider.apiKey).toBe('the-newer-secret');
  expect(presentable('the-former-secret and the-newer-secret are wrong', provider)).toBe(
    '[key] and [key] are wrong',
  );
});

test('the former key stays masked when other settings change afterwards', () => {
  const provider = { id: 'a', apiKey: 'the-former-secret' };
  for (const _ of [1, 2]) replaceKeys([provider], [{ id: 'a', apiKey: 'the-newer-secret' }]);
  expect(presentable('the-former-secret', provider)).toBe('[key]');
});

test('a provider without a successor keeps its key', () => {
  const provider = { id: 'a', apiKey: 'the-former-secret' };
  replaceKeys([provider], [{ id: 'b', apiKey: 'the-newer-secret' }]);
  expect(provider).toEqual({ id: 'a', apiKey: 'the-former-secret' });
});
