import { expect, test } from 'vitest';
import { readSettings } from './settings.ts';

test('a deployment is identified by its origin, with or without a trailing slash', () => {
  expect(readSettings(['https://api.example.com/'])).toEqual({ url: 'https://api.example.com' });
});

test('accounts are taken from flags', () => {
  const flags = '--email u@x.io --password pu --admin-email a@x.io --admin-password pa'.split(' ');
  expect(readSettings(['http://localhost:3000', ...flags])).toEqual({
    url: 'http://localhost:3000',
    user: { email: 'u@x.io', password: 'pu' },
    admin: { email: 'a@x.io', password: 'pa' },
  });
});

test.each([
  [[]],
  [['localhost']],
  [['http://localhost:3000', '--email', 'u@x.io']],
  [['http://localhost:3000', '--admin-password', 'p']],
  [['http://localhost:3000', '--verbose']],
])('%j is answered with the usage', (args) => {
  expect(readSettings(args)).toBeUndefined();
});
