import type { Manifest } from '../manifests.ts';

/** Packages from npm that are asked for in more than one version, one sentence each. */
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

/** Ranges instead of versions: what is installed must not depend on the day. */
export function rangeFaults(manifests: readonly Manifest[]): string[] {
  return manifests.flatMap(({ folder, dependencies, devDependencies, optionalDependencies }) =>
    Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
      .filter(([name, version]) => !name.startsWith('@valuecanvas/') && !/^\d/.test(version))
      .map(([name, version]) => `${folder || 'the root'} asks for ${name} ${version}: name one version.`),
  );
}

/** Workspaces that do not have exactly one type and one scope, by which their boundaries are checked. */
export function tagFaults(workspaces: readonly Manifest[]): string[] {
  return workspaces.flatMap(({ folder, nx }) =>
    ['type', 'scope']
      .filter((kind) => nx?.tags?.filter((tag) => tag.startsWith(`${kind}:`)).length !== 1)
      .map((kind) => `${folder} needs exactly one ${kind}: tag in its package.json.`),
  );
}
