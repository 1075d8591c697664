import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { root } from './root.ts';

/** The part of a package.json that the guards check. */
export interface Manifest {
  /** Folder relative to the repository's root. Empty for the root itself. */
  readonly folder: string;
  readonly name: string;
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly nx?: { readonly tags?: readonly string[] };
}

/** The package.json of the root, then those of all workspaces by folder. */
export async function readManifests(): Promise<[Manifest, ...Manifest[]]> {
  const top = await readManifest('');
  const patterns = (top.workspaces ?? []).map((pattern) => `${pattern}/package.json`);
  const folders: string[] = [];
  for await (const path of glob(patterns, { cwd: root })) folders.push(dirname(path));
  return [top, ...(await Promise.all(folders.sort().map(readManifest)))];
}

async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(root, folder, 'package.json'), 'utf8');
  return { ...(JSON.parse(text) as Manifest), folder };
}
