import { expect, test } from 'vitest';
import { createReport } from './report.ts';

function setUp() {
  const lines: string[] = [];
  return { lines, report: createReport((line) => lines.push(line)) };
}

test('a check without a finding prints its summary', async () => {
  const { lines, report } = setUp();
  await report.check('nothing is open', async () => '3 doors');
  expect(lines).toEqual(['  ok     nothing is open: 3 doors']);
  expect(report.findings()).toBe(0);
});

test('each finding is printed up to a limit, and all are counted', async () => {
  const { lines, report } = setUp();
  await report.check('nothing is open', async (found) => {
    for (let door = 1; door <= 25; door += 1) found(`door ${door}`);
    return '25 doors';
  });
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toBe('  FOUND  nothing is open: and 5 more');
  expect(report.findings()).toBe(25);
});

test('a check that throws is a finding', async () => {
  const { lines, report } = setUp();
  await report.check('nothing is open', () => Promise.reject(new Error('no answer')));
  expect(lines).toEqual(['  FOUND  nothing is open: could not be checked: no answer']);
  expect(report.findings()).toBe(1);
});

test('a finding with a place of its own is printed with it', async () => {
  const { lines, report } = setUp();
  report.heading('Doors', 'doors.txt');
  await report.check('nothing is open', async (found) => {
    found('the front door', { file: 'house.txt', line: 3 });
    found('the back door');
    return '';
  });
  expect(lines.slice(1)).toEqual([
    '  FOUND  nothing is open: house.txt:3: the front door',
    '  FOUND  nothing is open: the back door',
  ]);
  expect(report.outcomes()).toMatchObject([
    {
      part: 'Doors',
      findings: [{ place: { file: 'house.txt', line: 3 } }, { place: { file: 'doors.txt' } }],
    },
  ]);
});

test('a skipped check is not a finding', () => {
  const { lines, report } = setUp();
  report.notChecked('dependencies', 'no registry');
  expect(lines).toEqual(['  NOT CHECKED  dependencies: no registry']);
  expect(report.findings()).toBe(0);
});
