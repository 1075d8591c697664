/** As much of a package-lock.json as is looked at. */
export interface LockFile {
  readonly packages: Readonly<Record<string, { readonly resolved?: string }>>;
}

/** Entries that name the registry they came from: another machine has another one. */
export function registryFaults(path: string, { packages }: LockFile): string[] {
  return Object.entries(packages)
    .filter(([, { resolved }]) => resolved !== undefined && URL.canParse(resolved))
    .map(([name]) => `${path} names a host for ${name}: write it anew with the .npmrc of the root.`);
}
