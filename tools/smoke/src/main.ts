import { runSmoke } from './run-smoke.ts';
import { readSettings, usage } from './settings.ts';

const print = (line: string) => console.log(line);
const settings = readSettings(process.argv.slice(2));
if (settings === undefined) {
  console.error(usage);
  process.exitCode = 2;
} else if ((await runSmoke(settings, print)) > 0) {
  process.exitCode = 1;
}
