import { expect, test } from 'vitest';
import { readSettings } from './settings.ts';

test('the scenario load against an own platform is the default', () => {
  expect(readSettings([])).toMatchObject({ scenario: 'load', url: undefined, admin: undefined });
});

test('a URL and all options are read', () => {
  const args = ['https://api.example.com/', '--scenario', 'soak', '--users', '5', '--seconds', '60'];
  const settings = readSettings([...args, '--admin-email', 'a@b.c', '--admin-password', 'secret']);
  expect(settings).toMatchObject({
    url: 'https://api.example.com',
    scenario: 'soak',
    users: 5,
    seconds: 60,
    admin: { email: 'a@b.c', password: 'secret' },
  });
});

test.each([
  [['--scenario', 'flood'], /load, spike, stress, soak, not flood/],
  [['ftp://example.com'], /not a URL/],
  [['--users', '0'], /--users must be a whole number/],
  [['--admin-email', 'a@b.c'], /need each other/],
  [['--unknown'], /unknown/i],
])('%s is refused', (args, message) => {
  expect(() => readSettings(args)).toThrow(message);
});
