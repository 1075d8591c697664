import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';
import { type Service, serviceRoles, services } from '../service-roles.ts';
import { grantedColumns } from './granted-columns.ts';
import { renderTableTypes } from './render-table-types.ts';

export interface TableTypesFile {
  path: string;
  content: string;
}

const root = fileURLToPath(new URL('../../../..', import.meta.url));

/** Renders every service's apps/<service>/src/db.ts for this migrated database, in Biome's format. */
export async function tableTypesFiles(client: Client): Promise<TableTypesFile[]> {
  const files: TableTypesFile[] = [];
  for (const service of services) files.push(await tableTypesFile(client, service));
  return files;
}

/** Writes the files that differ and returns their paths. */
export async function writeFiles(files: readonly TableTypesFile[]): Promise<string[]> {
  const stale = await staleFiles(files);
  for (const { path, content } of stale) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return stale.map(({ path }) => path);
}

/** Returns the files that differ or are missing. */
export async function staleFiles(files: readonly TableTypesFile[]): Promise<TableTypesFile[]> {
  const found = await Promise.all(
    files.map(({ path }) => readFile(join(root, path), 'utf8').catch(() => '')),
  );
  return files.filter(({ content }, index) => found[index] !== content);
}

async function tableTypesFile(client: Client, service: Service): Promise<TableTypesFile> {
  const role = serviceRoles[service];
  const path = `apps/${service}/src/db.ts`;
  const source = renderTableTypes(role, await grantedColumns(client, role));
  return { path, content: await formatted(path, source) };
}

function formatted(path: string, source: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const biome = join(root, 'node_modules', '.bin', 'biome');
    const options = { cwd: root };
    const child = execFile(biome, ['format', `--stdin-file-path=${path}`], options, (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout);
    });
    child.stdin?.end(source);
  });
}
