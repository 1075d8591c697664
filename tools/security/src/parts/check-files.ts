import type { Report } from '../report.ts';
import { runNpm } from '../run-command.ts';

/** The repository's own guards, by heading. Their findings are reported at the file, because their lines name others. */
const guards = {
  Secrets: { file: 'package.json', scripts: { 'check:secrets': 'no file contains a secret' } },
  'Lock file': {
    file: 'package-lock.json',
    scripts: {
      'check:lockfile': 'the lock file is complete and names no registry',
      'check:packages': 'every dependency has one exact version',
    },
  },
};

export async function checkFiles(report: Report): Promise<void> {
  for (const [title, { file, scripts }] of Object.entries(guards)) {
    report.heading(title, file);
    for (const [script, promise] of Object.entries(scripts)) {
      await report.check(promise, async (found) => {
        const { exitCode, stdout, stderr } = await runNpm('run', '--silent', script);
        if (exitCode === 0) return `npm run ${script}`;
        const lines = `${stderr}\n${stdout}`.split('\n').filter((line) => line.trim() !== '');
        for (const line of lines) found(line);
        if (lines.length === 0) found(`npm run ${script} ended with ${exitCode}`);
        return '';
      });
    }
  }
}
