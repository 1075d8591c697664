import { expect, test } from 'vitest';
import { table } from './table.ts';

test('a table is Markdown with aligned columns', () => {
  const lines = [
    '| who    | calls/s |   ratio |',
    '| ------ | ------: | ------: |',
    '| router |   4,000 |   0.50× |',
    '| bare   |  12,000 | 1.00000 |',
  ];
  const rows = [
    ['router', '4,000', '0.50×'],
    ['bare', '12,000', '1.00000'],
  ];
  expect(table(['who', 'calls/s', 'ratio'], rows)).toBe(lines.join('\n'));
});
