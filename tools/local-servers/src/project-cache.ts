import { fileURLToPath } from 'node:url';

/** The project's git-ignored folder for downloads: deleting it costs a download, nothing else. */
export function projectCache(): string {
  return fileURLToPath(new URL('../../../.cache', import.meta.url));
}
