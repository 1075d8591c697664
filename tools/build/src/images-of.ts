export interface Image {
  /** Name without registry and tag. */
  readonly name: string;
  readonly dockerfile: string;
}

/** Images whose name is not that of their folder. */
const otherNames: Readonly<Record<string, string>> = { database: 'migrate' };

/** Projects that are in the image of another one. */
const partsOf: Readonly<Record<string, readonly string[]>> = { gateway: ['web'] };

/**
 * Sorts the images of these Dockerfiles: those with an affected project are built, the others only get the new tag. Builds all
 * images if `affected` is undefined, which is the case for the first release.
 */
export function imagesOf(
  dockerfiles: readonly string[],
  affected: readonly string[] | undefined,
): { readonly build: readonly Image[]; readonly retag: readonly Image[] } {
  const images = dockerfiles.map((dockerfile) => {
    const folder = dockerfile.split('/').at(-2) ?? '';
    const projects = [folder, ...(partsOf[folder] ?? [])];
    return {
      image: { name: otherNames[folder] ?? folder, dockerfile },
      changed: affected === undefined || projects.some((project) => affected.includes(project)),
    };
  });
  const those = (changed: boolean) => images.flatMap((each) => (each.changed === changed ? each.image : []));
  return { build: those(true), retag: those(false) };
}
