import { runScan } from './run-scan.ts';
import { readSettings, usage } from './settings.ts';

const settings = readSettings(process.argv.slice(2));
if (settings === undefined) {
  console.error(usage);
  process.exitCode = 2;
} else if ((await runScan(settings, (line) => console.log(line))) > 0) {
  process.exitCode = 1;
}
