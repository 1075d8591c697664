import { fileURLToPath } from 'node:url';

/** The project's git-ignored folder for downloads. It can be deleted at any time. */
export function projectCache(): string {
  return fileURLToPath(new URL('../../../.cache', import.meta.url));
}
