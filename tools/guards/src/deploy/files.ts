import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../root.ts';

/** Texts by their path from the root of the repository. */
export type Files = ReadonlyMap<string, string>;

const deployment = ['docker-compose.yml', 'k8s/production/*', '{apps,tools}/*/Dockerfile'];

/** Everything that says how the platform is deployed. */
export async function readDeploymentFiles(): Promise<Files> {
  const files = new Map<string, string>();
  for await (const path of glob(deployment, { cwd: root })) {
    files.set(path, await readFile(join(root, path), 'utf8'));
  }
  return files;
}
