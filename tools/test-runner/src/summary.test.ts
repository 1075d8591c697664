import { expect, test } from 'vitest';
import { summarize, summaryLine } from './summary.ts';

const report = (changes: object) =>
  JSON.stringify({
    numPassedTests: 3,
    numFailedTests: 0,
    numPendingTests: 1,
    numTodoTests: 1,
    testResults: [],
    ...changes,
  });

test('the last line names what passed, failed and was skipped', () => {
  expect(summaryLine(summarize(report({}), 0))).toBe('3 passed, 0 failed, 2 skipped');
});

test('a file that could not be loaded counts as a failure', () => {
  const testResults = [
    { status: 'failed', assertionResults: [] },
    { status: 'failed', assertionResults: [{ status: 'failed' }] },
    { status: 'passed', assertionResults: [{ status: 'passed' }] },
  ];
  expect(summarize(report({ numFailedTests: 1, testResults }), 1).failed).toBe(2);
});

test('a run that failed without naming a test is a failure', () => {
  expect(summarize(report({}), 1).failed).toBe(1);
});

test('a run that left no report is a failure', () => {
  expect(summarize(undefined, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
