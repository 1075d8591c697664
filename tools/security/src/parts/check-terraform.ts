import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../report.ts';
import { projectRoot } from '../run-command.ts';
import { faultsOfTerraform } from './terraform-rules.ts';

const folder = 'infrastructure/terraform';

/** The module for AWS: encryption, public access, least privilege, secrets and retention. */
export async function checkTerraform(report: Report): Promise<void> {
  report.heading('Terraform', `${folder}/README.md`);
  await report.check('infrastructure is private, encrypted and of least privilege', async (found) => {
    const names = (await readdir(join(projectRoot, folder))).filter((name) => name.endsWith('.tf'));
    const texts = names.map(
      async (name) => [name, await readFile(join(projectRoot, folder, name), 'utf8')] as const,
    );
    const files = Object.fromEntries(await Promise.all(texts));
    for (const { file, line, what } of await faultsOfTerraform(files))
      found(what, { file: `${folder}/${file}`, line });
    return `${names.length} files`;
  });
}
