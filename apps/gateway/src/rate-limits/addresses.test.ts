import { expect, test } from 'vitest';
import { addressKey } from './addresses.ts';

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['203.0.113.9:4711', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:1::1', '2001:db8:1:1::/64'],
  ['2001:DB8:1:1:ffff::2', '2001:db8:1:1::/64'],
  ['[2001:db8:1:1::3]', '2001:db8:1:1::/64'],
  ['[2001:db8:1:1::3]:4711', '2001:db8:1:1::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
])('%s counts as %s', (given, key) => {
  expect(addressKey(given)).toBe(key);
});

test.each(['', 'unknown', '203.0.113', '203.0.113.9 or so', '_hidden', '1.2.3.4.5:80', "'; drop"])(
  '%j is not an address',
  (given) => {
    expect(addressKey(given)).toBeUndefined();
  },
);
