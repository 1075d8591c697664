import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { root } from '../root.ts';
import { envExample } from './env-example.ts';
import { environmentPage } from './environment-page.ts';
import { errorsPage } from './errors-page.ts';
import { openApiFile } from './openapi-file.ts';
import { readServiceVariables } from './service-variables.ts';
import { toolVariables } from './tool-variables.ts';

export interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly content: string;
}

/** Every generated file but the table types, which need a database. */
export async function generatedFiles(version: string): Promise<GeneratedFile[]> {
  const services = await readServiceVariables();
  return [
    { path: '.env.example', content: envExample(services, toolVariables) },
    { path: 'docs/environment.md', content: environmentPage(services, toolVariables) },
    { path: 'docs/errors.md', content: errorsPage() },
    { path: 'docs/openapi.json', content: await openApiFile(version) },
  ];
}

/** Paths of those whose content under `folder` is another, or which are missing. */
export async function staleFiles(files: readonly GeneratedFile[], folder = root): Promise<string[]> {
  const found = await Promise.all(
    files.map(({ path }) => readFile(join(folder, path), 'utf8').catch(() => undefined)),
  );
  return files.filter(({ content }, index) => found[index] !== content).map(({ path }) => path);
}

export async function writeFiles(files: readonly GeneratedFile[], folder = root): Promise<void> {
  for (const { path, content } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}
