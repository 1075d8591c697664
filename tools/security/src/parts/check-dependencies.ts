import type { Report } from '../report.ts';
import { runNpm } from '../run-command.ts';
import { readAudit } from './read-audit.ts';

/** Known weaknesses of what is shipped. A registry that tells none is said so, and is no finding. */
export async function checkDependencies(report: Report): Promise<void> {
  report.heading('Dependencies');
  const audit = readAudit((await runNpm('audit', '--omit=dev', '--json')).stdout);
  if (audit.kind === 'unavailable') {
    report.notChecked('known weaknesses of dependencies', audit.why);
    return;
  }
  await report.check('none has a known weakness that is high or critical', async (found) => {
    for (const weakness of audit.grave) found(weakness);
    return `${audit.dependencies} dependencies, ${audit.lesser} lesser weaknesses`;
  });
}
