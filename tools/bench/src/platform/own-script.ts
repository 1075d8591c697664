import { fileURLToPath } from 'node:url';

/** Returns Node's arguments to run the main.ts in one of this tool's folders. */
export function ownScript(folder: string): string[] {
  return [fileURLToPath(new URL(`../${folder}/main.ts`, import.meta.url))];
}

/** The repository. */
export const projectRoot = fileURLToPath(new URL('../../../..', import.meta.url));
