import { readFile, rename, writeFile } from 'node:fs/promises';
import { PromptSnapshot } from '@valuecanvas/contracts-prompt-registry';
import { coalesce } from '@valuecanvas/resilience';
import { Check } from 'typebox/schema';

/** The latest snapshot of the registry in a file, for a start while the registry is unavailable. */
export interface SnapshotFile {
  /** Snapshot that was in the file when it was opened. */
  readonly initial: PromptSnapshot | undefined;
  /** Stores a snapshot. A reader of the file gets either the former one or this one. Never rejects. */
  write(snapshot: PromptSnapshot): Promise<void>;
}

/** `onError` receives failed reads and writes. The service works without the file. An absent file is no failure. */
export async function openSnapshotFile(
  path: string,
  onError: (error: unknown) => void,
): Promise<SnapshotFile> {
  let latest: PromptSnapshot | undefined;
  const write = coalesce(async () => {
    // Services that share the file write under different names.
    const unfinished = `${path}.${process.pid}.tmp`;
    try {
      await writeFile(unfinished, JSON.stringify(latest), { flush: true, mode: 0o600 });
      await rename(unfinished, path);
    } catch (error) {
      onError(error);
    }
  });
  return {
    initial: await read(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') onError(error);
      return undefined;
    }),
    write(snapshot) {
      latest = snapshot;
      return write();
    },
  };
}

async function read(path: string): Promise<PromptSnapshot> {
  const snapshot: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (Check(PromptSnapshot, snapshot)) return snapshot;
  throw new Error(`${path} holds no snapshot of this release.`);
}
