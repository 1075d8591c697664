import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryFiles } from '../repository-files.ts';
import { root } from '../root.ts';
import { wordFaults } from './word-faults.ts';

/** Checked file types. The word list, its test and migrations that must not change any more are exempt. */
const checked = /\.(ts|tsx|mjs|lua|sql|md|ya?ml|sh)$/;
const exempt =
  /^tools\/guards\/(src\/words\/|test\/words\.test\.ts$)|^docs\/openapi\.json$|^supabase\/migrations\/(2024|202611)/;

const only = process.argv.slice(2);
const files = (await repositoryFiles()).filter(
  (path) =>
    checked.test(path) &&
    !exempt.test(path) &&
    (only.length === 0 || only.some((start) => path.startsWith(start))),
);
const faults = await Promise.all(
  files.map(async (path) => wordFaults(path, await readFile(join(root, path), 'utf8'))),
);
for (const fault of faults.flat()) console.error(fault);
if (faults.flat().length > 0) process.exitCode = 1;
else console.log(`No banned wording in ${files.length} files.`);
