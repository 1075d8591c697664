import { repositoryFiles } from '../repository-files.ts';
import { findSecrets } from './find-secrets.ts';

const files = await repositoryFiles();
const found = await findSecrets(files);
if (found === '') {
  console.log(`No secrets in ${files.length} files.`);
} else {
  console.error(found);
  process.exitCode = 1;
}
