import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DatabaseToolError } from '../database-tool-error.ts';

/** The place of the backups: a folder or a bucket. All methods throw DatabaseToolError if the place fails. */
export interface BackupStore {
  /** Returns a file's full address, for people and for db:restore. */
  address(name: string): string;
  /** Stores a file. If the content or the store fails, no file of this name exists afterwards. */
  write(name: string, content: Readable): Promise<void>;
  /** Opens a file. Throws DatabaseToolError if it does not exist. */
  read(name: string): Promise<Readable>;
  /** Returns the names of all files, in no particular order. */
  list(): Promise<string[]>;
  remove(name: string): Promise<void>;
}

/** Backups in a folder of this machine. Only the owner can read the files. */
export function folderStore(folder: string): BackupStore {
  const path = (name: string) => join(folder, name);
  return {
    address: path,
    async write(name, content) {
      const partial = `${path(name)}.partial`;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await pipeline(content, createWriteStream(partial, { mode: 0o600, flush: true }));
        await rename(partial, path(name));
        await syncFolder(folder);
      } catch (error) {
        await rm(partial, { force: true });
        throw explained(error, folder);
      }
    },
    async read(name) {
      await stat(path(name)).catch((error: unknown) => {
        throw explained(error, folder);
      });
      return createReadStream(path(name), { highWaterMark: 1 << 20 });
    },
    async list() {
      const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw explained(error, folder);
      });
      return files;
    },
    remove: (name) => rm(path(name), { force: true }),
  };
}

/** Makes a rename durable. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'is on a full disk. Free space there, or set BACKUP_DIR to another disk',
  EDQUOT: 'is on a disk whose quota is used up. Free space there, or set BACKUP_DIR to another disk',
  EACCES: 'cannot be used by this account. Change its permissions, or set BACKUP_DIR to another folder',
  EPERM: 'cannot be used by this account. Change its permissions, or set BACKUP_DIR to another folder',
  EROFS: 'is read-only. Set BACKUP_DIR to another folder',
  ENOTDIR: 'is not a folder. Set BACKUP_DIR to another one',
};

function explained(error: unknown, folder: string): unknown {
  if (!(error instanceof Error && 'code' in error && 'path' in error) && !isFull(error)) return error;
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new DatabaseToolError(`${path} does not exist.`, { cause: error });
  const known = advice[code ?? ''];
  return new DatabaseToolError(known ? `The folder ${folder} ${known}.` : message, { cause: error });
}

/** A failed write of a stream names no path. */
function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
