import { runAttacks } from './attacks/run-attacks.ts';
import { checkDependencies } from './parts/check-dependencies.ts';
import { checkFiles } from './parts/check-files.ts';
import { createReport } from './report.ts';
import type { Settings } from './settings.ts';
import { startPlatform } from './start-platform.ts';

/** Runs all checks, prints a line for each, and returns the number of findings. */
export async function runScan(settings: Settings, print: (line: string) => void): Promise<number> {
  const report = createReport(print);
  if (!settings.attacksAlone) {
    await checkDependencies(report);
    await checkFiles(report);
  }
  report.heading('Attacks on a running platform');
  const began = performance.now();
  if (settings.url === undefined) {
    await using platform = await startPlatform();
    await runAttacks(platform, report);
  } else {
    await runAttacks({ url: settings.url, keys: undefined }, report);
  }
  const seconds = Math.round((performance.now() - began) / 1000);
  print(`\n${report.findings()} findings; the attacks took ${seconds} s`);
  return report.findings();
}
