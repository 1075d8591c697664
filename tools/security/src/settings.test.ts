import { expect, test } from 'vitest';
import { readSettings } from './settings.ts';

test('without arguments everything is checked, on a new local platform', () => {
  expect(readSettings([])).toEqual({ url: undefined, attacksAlone: false });
});

test('a platform is identified by its origin', () => {
  expect(readSettings(['http://localhost:3000/', '--attacks'])).toEqual({
    url: 'http://localhost:3000',
    attacksAlone: true,
  });
});

test.each([
  ['an unknown option', ['--quick']],
  ['two platforms', ['http://a.example', 'http://b.example']],
  ['a path', ['http://a.example/api']],
  ['another protocol', ['ftp://a.example']],
  ['no address', ['localhost']],
])('%s is rejected', (_, args) => {
  expect(readSettings(args)).toBeUndefined();
});
