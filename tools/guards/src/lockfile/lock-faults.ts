/** The checked part of a package-lock.json. */
export interface LockFile {
  readonly packages: Readonly<Record<string, { readonly resolved?: string }>>;
}

/** Returns a fault for each entry that names a registry host, which may differ on another machine. */
export function registryFaults(path: string, { packages }: LockFile): string[] {
  return Object.entries(packages)
    .filter(([, { resolved }]) => resolved !== undefined && URL.canParse(resolved))
    .map(([name]) => `${path} names a host for ${name}. Recreate the entry with the .npmrc of the root.`);
}
