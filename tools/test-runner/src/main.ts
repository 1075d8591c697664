import { LocalServerError } from '@valuecanvas/local-servers';
import { runTests } from './run-tests.ts';
import { summaryLine } from './summary.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());

try {
  const { summary, exitCode } = await runTests(process.argv.slice(2), process.env, stop.signal);
  console.log(`\n${summaryLine(summary)}`);
  process.exitCode = exitCode;
} catch (error) {
  console.error(error instanceof LocalServerError ? error.message : error);
  process.exitCode = 1;
}
// Signals are listened to until the end, which would otherwise never come.
process.exit();
