import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.ts';
import { findSecrets, repositoryFiles } from './find-secrets.ts';

const files = (await repositoryFiles()).filter((file) => existsSync(join(root, file)));
const found = await findSecrets(files);
if (found === '') {
  console.log(`No secrets in ${files.length} files.`);
} else {
  console.error(found);
  process.exitCode = 1;
}
