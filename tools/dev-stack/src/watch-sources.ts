import { watch } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Service } from '@valuecanvas/database';
import { projectRoot } from './settings.ts';

/** Changes within this time cause one restart: editors and branch switches write many files at once. */
const settleMs = 60;

/**
 * Calls `changed` with the services that a changed source file belongs to: their own files and those of the workspace
 * packages that they depend on. Ignores tests. Stops when the signal aborts.
 */
export async function watchSources(
  services: readonly Service[],
  changed: (services: readonly Service[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const usersOf = new Map<string, Service[]>();
  for (const service of services) {
    for (const folder of await sourceFolders(join(projectRoot, 'apps', service))) {
      usersOf.set(folder, [...(usersOf.get(folder) ?? []), service]);
    }
  }
  const pending = new Set<Service>();
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    const affected = [...pending];
    pending.clear();
    changed(affected);
  };
  for (const [folder, users] of usersOf) {
    const watcher = watch(join(folder, 'src'), { recursive: true, signal }, (_, file) => {
      if (!isSource(file)) return;
      for (const user of users) pending.add(user);
      clearTimeout(timer);
      timer = setTimeout(flush, settleMs);
    });
    // If a watched folder is deleted, its watch ends, but not the platform.
    watcher.on('error', () => watcher.close());
  }
  signal.addEventListener('abort', () => clearTimeout(timer));
}

/** The folder of a workspace package, and those of the workspace packages that it depends on. */
async function sourceFolders(folder: string, found = new Set<string>()): Promise<Set<string>> {
  if (found.has(folder)) return found;
  found.add(folder);
  const { dependencies = {} } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies).filter((name) => name.startsWith('@valuecanvas/'))) {
    await sourceFolders(await realpath(join(projectRoot, 'node_modules', name)), found);
  }
  return found;
}

function isSource(file: string | null): boolean {
  return file !== null && /\.(ts|lua|json|html|css)$/.test(file) && !/\.test\.ts$|test-support\//.test(file);
}
