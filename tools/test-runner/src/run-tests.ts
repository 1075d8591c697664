import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runVitest } from './run-vitest.ts';
import { provideServers } from './servers.ts';
import { type Summary, summarize } from './summary.ts';

export interface TestRun {
  readonly summary: Summary;
  readonly exitCode: number;
}

/** Runs tests against real servers, which are stopped before this returns or throws, also where `stop` is aborted. */
export async function runTests(
  filters: readonly string[],
  environment: NodeJS.ProcessEnv,
  stop: AbortSignal,
): Promise<TestRun> {
  await using cleanup = new AsyncDisposableStack();
  const reports = await mkdtemp(join(tmpdir(), 'valuecanvas-report-'));
  cleanup.defer(() => rm(reports, { recursive: true, force: true }));
  const reportFile = join(reports, 'report.json');
  const servers = await provideServers(environment, cleanup);
  if (stop.aborted) return { summary: summarize(undefined, 1), exitCode: 1 };
  const variables = { ...environment, ...servers };
  const exitCode = await runVitest({ filters, environment: variables, reportFile, stop });
  const report = await readFile(reportFile, 'utf8').catch(() => undefined);
  return { summary: summarize(report, exitCode), exitCode };
}
