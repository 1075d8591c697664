import { expect, test } from 'vitest';
import { changedFields } from './changed-fields.ts';

test('only fields with different values are listed, also new and removed ones', () => {
  const before = { tier: 'pro', role: 'user', note: 'old', scopes: ['llm'] };
  const after = { tier: 'pro', role: 'admin', scopes: ['llm'], limit: 3 };
  expect(changedFields(before, after)).toEqual([
    { name: 'role', before: 'user', after: 'admin' },
    { name: 'note', before: 'old', after: undefined },
    { name: 'limit', before: undefined, after: '3' },
  ]);
});

test('a new resource has only new fields, and a list is one field', () => {
  expect(changedFields(undefined, { name: 'Report' })).toEqual([
    { name: 'name', before: undefined, after: 'Report' },
  ]);
  expect(changedFields([{ model: 'small', state: 'open' }], undefined)).toEqual([
    { name: 'value', before: '[{"model":"small","state":"open"}]', after: undefined },
  ]);
});
