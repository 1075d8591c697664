import { glob, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import type { Manifest } from '../manifests.ts';
import { root } from '../root.ts';

/** A source file of a workspace, with its path below the workspace's folder. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

const importPatterns = [
  /^import\b[^'"();]*?\bfrom\s+['"]([^'"]+)['"]/gm,
  /^export\s+(?:type\s+)?[{*][^'"();]*?\bfrom\s+['"]([^'"]+)['"]/gm,
  /^import\s+['"]([^'"]+)['"]/gm,
  /\bimport\(\s*['"]([^'"]+)['"]/g,
];
const typesOnly = /^(?:import|export)\s+type\b/;
const testPattern = /(^|\/)(test|test-support)\/|\.test\.ts$|\.config\.ts$/;

/** Modules that another program than Node has built in: k6 runs the scripts of tools/load. */
const builtInElsewhere = new Set(['k6']);

/**
 * Returns one sentence per import of a package that the workspace's package.json does not name. Tests and type imports may
 * also use development dependencies, including those of the root; type imports may use a package of types alone. Knip reports npm packages that no package.json names,
 * but neither workspace packages nor packages of the root.
 */
export function undeclaredFaults(top: Manifest, workspace: Manifest, sources: readonly Source[]): string[] {
  const production = new Set([workspace.name, ...Object.keys(workspace.dependencies ?? {})]);
  const inTests = new Set([
    ...production,
    ...Object.keys(workspace.devDependencies ?? {}),
    ...Object.keys(top.devDependencies ?? {}),
  ]);
  return sources.flatMap(({ path, text }) => {
    const isTest = testPattern.test(path);
    // A template literal may contain the imports of another file.
    const code = text.replaceAll(/`(?:\\.|[^`\\])*`/gs, '``');
    return importPatterns
      .flatMap((pattern) => [...code.matchAll(pattern)])
      .map(([statement, specifier = '']) => ({
        name: packageOf(specifier),
        isType: typesOnly.test(statement),
      }))
      .filter(({ name, isType }) => {
        if (isBuiltin(name) || builtInElsewhere.has(name) || name.startsWith('.')) return false;
        if (isType && inTests.has(`@types/${name}`)) return false;
        return !(isTest || isType ? inTests : production).has(name);
      })
      .map(
        ({ name }) =>
          `${workspace.folder}/${path} imports ${name}, which ${workspace.folder}/package.json does not name.`,
      );
  });
}

/** Reads the TypeScript files of a workspace. */
export async function readSources({ folder }: Manifest): Promise<Source[]> {
  const sources: Source[] = [];
  const files = glob('**/*.{ts,tsx}', { cwd: join(root, folder), exclude: ['**/node_modules', 'dist'] });
  for await (const path of files)
    sources.push({ path, text: await readFile(join(root, folder, path), 'utf8') });
  return sources;
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
