import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { addService } from './add-service.ts';
import { ScaffoldError } from './service-names.ts';

const usage = `npm run new:service -- <name>

Adds a service: apps/<name>, libs/contracts/<name>, its database role, its entry in the table of services, and its place
behind the gateway. The name is in kebab case.`;

const root = fileURLToPath(new URL('../../..', import.meta.url));
const [name] = process.argv.slice(2);

try {
  if (name === undefined || name.startsWith('-')) throw new ScaffoldError(usage);
  const paths = await addService(root, name);
  run('npm', ['install', '--prefer-offline']);
  run('npm', ['exec', '--', 'biome', 'check', '--write', ...paths]);
  run('npm', ['run', '--silent', 'generate']);
  console.log(`Added the service ${name}. CONTRIBUTING.md, "Add a service", says what remains.`);
} catch (error) {
  if (!(error instanceof ScaffoldError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new ScaffoldError(`\`${command} ${args.join(' ')}\` failed.`);
}
