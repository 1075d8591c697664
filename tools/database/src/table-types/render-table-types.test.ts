import { expect, it } from 'vitest';
import { columnType } from './column-type.ts';
import type { GrantedColumn } from './granted-columns.ts';
import { renderTableTypes } from './render-table-types.ts';

const text: GrantedColumn = {
  table: 'notes',
  column: 'body',
  type: 'text',
  isNullable: false,
  hasDefault: false,
  checks: [],
  canSelect: true,
  canInsert: true,
  canUpdate: true,
};

it('columns without a grant have no type', () => {
  expect(columnType({ ...text, canUpdate: false })).toBe('ColumnType<string, string, never>');
  expect(columnType({ ...text, canSelect: false, canUpdate: false })).toBe(
    'ColumnType<never, string, never>',
  );
});

it('a default or a null makes a column optional in an insert only', () => {
  expect(columnType({ ...text, hasDefault: true })).toBe('ColumnType<string, string | undefined, string>');
  expect(columnType({ ...text, isNullable: true })).toBe(
    'ColumnType<string | null, string | null | undefined, string | null>',
  );
});

it('a check over a list of values becomes their union', () => {
  const check = `CHECK ((body = ANY (ARRAY['draft'::text, 'active'::text])))`;
  expect(columnType({ ...text, checks: [check] })).toBe(`'draft' | 'active'`);
  expect(columnType({ ...text, checks: [`CHECK ((body ~ '^x$'::text))`] })).toBe('string');
});

it('money stays exact and JSON is written as text', () => {
  expect(columnType({ ...text, type: 'int8' })).toBe('bigint');
  expect(columnType({ ...text, type: 'jsonb' })).toBe('ColumnType<unknown, string, string>');
});

it('an unknown type is an error', () => {
  expect(() => columnType({ ...text, type: 'point' })).toThrow(/notes\.body is of type point/);
});

it('tables keep their schema outside of public, and unused imports are left out', () => {
  const source = renderTableTypes('vc_canvas', [text, { ...text, table: 'vc_private.old_notes' }]);
  expect(source).toContain(`  'notes': NotesTable;\n  'vc_private.old_notes': OldNotesTable;\n`);
  expect(source).toContain('export interface OldNotesTable {\n  body: string;\n}');
  expect(source).not.toContain('import');
});
