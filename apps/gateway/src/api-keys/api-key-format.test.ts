import { expect, test } from 'vitest';
import { generateApiKey, hashApiKey, isApiKey } from './api-key-format.ts';

test('a new key begins with its public prefix, is well formed and unique', () => {
  const keys = Array.from({ length: 200 }, () => generateApiKey());
  for (const { key, prefix, hash } of keys) {
    expect(prefix).toMatch(/^vc_[0-9A-Za-z]{8}$/);
    expect(key).toMatch(/^vc_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}$/);
    expect(key.startsWith(prefix)).toBe(true);
    expect(isApiKey(key)).toBe(true);
    expect(hash).toEqual(hashApiKey(key));
  }
  expect(new Set(keys.map(({ key }) => key)).size).toBe(keys.length);
});

test('a key with one wrong character is not well formed', () => {
  const { key } = generateApiKey();
  for (let index = 0; index < key.length; index++) {
    const other = key[index] === 'x' ? 'y' : 'x';
    expect(isApiKey(key.slice(0, index) + other + key.slice(index + 1))).toBe(false);
  }
});

test.each(['', 'vc_', 'vc_secret', `vc_${'0'.repeat(8)}_${'0'.repeat(48)}`, `${generateApiKey().key}0`])(
  '"%s" is no key',
  (text) => {
    expect(isApiKey(text)).toBe(false);
  },
);
