import { expect, test } from 'vitest';
import { filesReport } from './files-report.ts';

test('files are counted by project and listed', () => {
  const files = ['apps/gateway/src/app.ts', 'apps/gateway/src/main.ts', 'libs/contracts/core/src/call.ts'];
  expect(filesReport([{ name: 'GET /', goal: 2, files }])).toBe(
    [
      '## GET / enters 3 files (goal: at most 2)',
      '',
      '| project             | files |',
      '| ------------------- | ----: |',
      '| apps/gateway        |     2 |',
      '| libs/contracts/core |     1 |',
      '',
      ...files,
    ].join('\n'),
  );
});
