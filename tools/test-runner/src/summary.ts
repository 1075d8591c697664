/** Figures of one run. */
export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

/**
 * Counts a run from vitest's JSON report (undefined: it wrote none). A file that fails by itself counts as one failed
 * test, and so does a run that ends in failure for any other reason: a failure never looks like success.
 */
export function summarize(report: string | undefined, exitCode: number): Summary {
  const counted = report === undefined ? { passed: 0, failed: 0, skipped: 0 } : count(JSON.parse(report));
  const unexplained = exitCode !== 0 && counted.failed === 0;
  return unexplained ? { ...counted, failed: 1 } : counted;
}

/** `N passed, N failed, N skipped` */
export function summaryLine({ passed, failed, skipped }: Summary): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function count(report: Report): Summary {
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.testResults.filter(failedByItself).length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** It could not be loaded, say, or a hook failed: then no test in it is marked as failed. */
function failedByItself({ status, assertionResults }: Report['testResults'][number]): boolean {
  return status === 'failed' && assertionResults.every((test) => test.status !== 'failed');
}
