import type { Manifest } from '../manifests.ts';

/** Returns one sentence per npm package that workspaces require in more than one version. */
export function versionFaults(manifests: readonly Manifest[]): string[] {
  const uses = manifests.flatMap(({ folder, dependencies, devDependencies, optionalDependencies }) =>
    Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }).map(
      ([name, version]) => ({
        name,
        version,
        folder: folder || 'the root',
      }),
    ),
  );
  return [...Map.groupBy(uses, ({ name }) => name)]
    .filter(([, [first, ...others]]) => others.some(({ version }) => version !== first?.version))
    .map(
      ([name, all]) =>
        `${name} has several versions: ${all.map(({ version, folder }) => `${version} in ${folder}`).join(', ')}.`,
    );
}

/** Returns one sentence per version range: installed versions must not depend on the day of the install. */
export function rangeFaults(manifests: readonly Manifest[]): string[] {
  return manifests.flatMap(({ folder, dependencies, devDependencies, optionalDependencies }) =>
    Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
      .filter(([name, version]) => !name.startsWith('@valuecanvas/') && !/^(npm:.+@)?\d/.test(version))
      .map(
        ([name, version]) => `${folder || 'the root'} requires ${name} ${version}. Name one exact version.`,
      ),
  );
}

/** Returns one sentence per workspace without exactly one type tag and one scope tag. Lint rules use these tags. */
export function tagFaults(workspaces: readonly Manifest[]): string[] {
  return workspaces.flatMap(({ folder, nx }) =>
    ['type', 'scope']
      .filter((kind) => nx?.tags?.filter((tag) => tag.startsWith(`${kind}:`)).length !== 1)
      .map((kind) => `${folder} needs exactly one ${kind}: tag in its package.json.`),
  );
}
