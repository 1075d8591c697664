import { expect, test } from 'vitest';
import { hashArgon2, matchesArgon2 } from './argon2-hash.ts';

test('a password matches its own hash and no other hash', async () => {
  const hash = await hashArgon2('correct horse');
  expect(await matchesArgon2('correct horse', hash)).toBe(true);
  expect(await matchesArgon2('wrong horse', hash)).toBe(false);
});

test('the same password never has the same hash twice', async () => {
  expect(await hashArgon2('correct horse')).not.toBe(await hashArgon2('correct horse'));
});

test('a hash of another program is checked at its own cost parameters', async () => {
  // Created by the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -e
  const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  expect(await matchesArgon2('password', hash)).toBe(true);
});

test('composed and decomposed Unicode characters match', async () => {
  expect(await matchesArgon2('caf\u00e9 au lait', await hashArgon2('cafe\u0301 au lait'))).toBe(true);
});

test.each(['', 'plain text', '$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'])(
  'a hash of another format (%s) matches nothing',
  async (hash) => {
    expect(await matchesArgon2('plain text', hash)).toBe(false);
  },
);
