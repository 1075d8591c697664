import { expect, test } from 'vitest';
import { respondIfChanged } from './call.ts';

const callWith = (ifNoneMatch: string | undefined) => ({
  header: (name: string) => (name === 'if-none-match' ? ifNoneMatch : undefined),
});
const value = { version: 'v1', items: ['a'] };

test('a client without the current version receives the value with its entity tag', () => {
  for (const header of [undefined, '"v0"']) {
    expect(respondIfChanged(callWith(header), value)).toMatchObject({
      status: 200,
      value,
      headers: { etag: '"v1"' },
    });
  }
});

test('a client that has the current version receives 304 without a body', () => {
  for (const header of ['"v1"', 'W/"v0", W/"v1"', '*']) {
    expect(respondIfChanged(callWith(header), value)).toMatchObject({
      status: 304,
      value: undefined,
      headers: { etag: '"v1"' },
    });
  }
});
