import { expect, test } from 'vitest';
import { namesVersion } from './entity-tag.ts';

test.each(['"v1"', 'W/"v1"', '"v0", "v1"', 'W/"v0",W/"v1"', '*'])('if-none-match: %s names v1', (header) => {
  expect(namesVersion(header, 'v1')).toBe(true);
});

test.each([undefined, '', 'v1', '"v2"', '"v"', '"v0", "v2"'])(
  'if-none-match: %s does not name v1',
  (header) => {
    expect(namesVersion(header, 'v1')).toBe(false);
  },
);
