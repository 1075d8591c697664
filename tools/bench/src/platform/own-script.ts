import { fileURLToPath } from 'node:url';

/** What node needs to run the main.ts of one of this tool's folders from its source. */
export function ownScript(folder: string): string[] {
  return [fileURLToPath(new URL(`../${folder}/main.ts`, import.meta.url))];
}

/** The repository. */
export const projectRoot = fileURLToPath(new URL('../../../..', import.meta.url));
