import { appendFileSync } from 'node:fs';
import { runRounds } from './measure/run-rounds.ts';
import type { Sample } from './measure/sample.ts';
import type { Options } from './options.ts';
import { startPlatform } from './platform/start-platform.ts';
import { goalsOf, goalsReport } from './report/goals.ts';
import { settingsReport } from './report/settings-report.ts';

/** Progress output and cleanup of a run. */
export interface Surroundings {
  readonly say: (line: string) => void;
  readonly cleanup: AsyncDisposableStack;
}

/** Measures all contenders side by side and returns the report. */
export async function compareContenders(options: Options, { say, cleanup }: Surroundings): Promise<string> {
  const platform = await startPlatform({ portkey: options.wanted('portkey'), say }, cleanup);
  const samples: Sample[] = [];
  for await (const sample of runRounds(platform, { ...options, say })) {
    samples.push(sample);
    if (options.out) appendFileSync(options.out, `${JSON.stringify(sample)}\n`);
  }
  return `${settingsReport(samples)}\n\n${goalsReport(goalsOf(samples))}`;
}
