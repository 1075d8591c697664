import { writeFile } from 'node:fs/promises';
import { runAttacks } from './attacks/run-attacks.ts';
import { checkDependencies } from './parts/check-dependencies.ts';
import { checkFiles } from './parts/check-files.ts';
import { checkBuiltImages, checkDockerfiles } from './parts/check-images.ts';
import { checkTerraform } from './parts/check-terraform.ts';
import { createReport, type Report } from './report.ts';
import { sarifOf } from './sarif.ts';
import type { Settings } from './settings.ts';
import { startPlatform } from './start-platform.ts';

/** Runs all checks, prints a line for each, and returns the number of findings. */
export async function runScan(settings: Settings, print: (line: string) => void): Promise<number> {
  const report = createReport(print);
  const began = performance.now();
  if (settings.files) {
    await checkDependencies(report);
    await checkFiles(report);
    await checkDockerfiles(report);
    await checkBuiltImages(report);
    await checkTerraform(report);
  }
  if (settings.attacks) await attack(settings.url, report);
  const seconds = Math.round((performance.now() - began) / 1000);
  print(`\n${report.findings()} findings in ${seconds} s`);
  if (settings.sarif !== undefined) {
    await writeFile(settings.sarif, `${JSON.stringify(sarifOf(report.outcomes()), undefined, 2)}\n`);
    print(`Results: ${settings.sarif}`);
  }
  return report.findings();
}

/** Attacks a platform. Findings have no line in a file: they are reported at the document of the interface that they attack. */
async function attack(url: string | undefined, report: Report): Promise<void> {
  report.heading('Attacks on a running platform', 'docs/openapi.json');
  if (url !== undefined) return runAttacks({ url, keys: undefined }, report);
  await using platform = await startPlatform();
  await runAttacks(platform, report);
}
