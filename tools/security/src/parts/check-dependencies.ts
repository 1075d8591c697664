import type { Report } from '../report.ts';
import { runNpm } from '../run-command.ts';
import { readAudit } from './read-audit.ts';

/** Known vulnerabilities of production dependencies. A registry without audits is reported as not checked. */
export async function checkDependencies(report: Report): Promise<void> {
  report.heading('Dependencies', 'package-lock.json');
  const audit = readAudit((await runNpm('audit', '--omit=dev', '--json')).stdout);
  if (audit.kind === 'unavailable') {
    report.notChecked('known vulnerabilities of dependencies', audit.why);
    return;
  }
  await report.check('no dependency has a known high or critical vulnerability', async (found) => {
    for (const weakness of audit.grave) found(weakness);
    return `${audit.dependencies} dependencies, ${audit.lesser} lesser vulnerabilities`;
  });
}
