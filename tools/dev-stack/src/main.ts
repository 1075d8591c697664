import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { explain } from './explain.ts';
import { run } from './run.ts';
import { projectRoot, readSettings, usage } from './settings.ts';
import { listenToTerminal } from './terminal.ts';

const variables = join(projectRoot, '.env');
if (existsSync(variables)) process.loadEnvFile(variables);

const terminal = listenToTerminal(process);
try {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings === undefined) terminal.say(usage);
  else await run(settings, process.env, terminal);
} catch (error) {
  process.exitCode = 1;
  console.error(explain(error));
}
// The signal listeners keep the process alive, so they must be removed.
process.exit();
