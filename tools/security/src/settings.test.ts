import { expect, test } from 'vitest';
import { readSettings } from './settings.ts';

test('without arguments everything is checked, on a new local platform', () => {
  expect(readSettings([])).toEqual({ url: undefined, attacks: true, files: true, sarif: undefined });
});

test('a platform is identified by its origin', () => {
  expect(readSettings(['http://localhost:3000/', '--attacks'])).toEqual({
    url: 'http://localhost:3000',
    attacks: true,
    files: false,
    sarif: undefined,
  });
});

test('files can be checked alone, with the results in a file', () => {
  expect(readSettings(['--files', '--sarif', 'scan.sarif'])).toEqual({
    url: undefined,
    attacks: false,
    files: true,
    sarif: 'scan.sarif',
  });
});

test.each([
  ['an unknown option', ['--quick']],
  ['both parts alone', ['--attacks', '--files']],
  ['a platform without attacks', ['http://a.example', '--files']],
  ['no file for the results', ['--sarif', '']],
  ['two platforms', ['http://a.example', 'http://b.example']],
  ['a path', ['http://a.example/api']],
  ['another protocol', ['ftp://a.example']],
  ['no address', ['localhost']],
])('%s is rejected', (_, args) => {
  expect(readSettings(args)).toBeUndefined();
});
