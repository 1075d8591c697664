import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../test-support/temporary-folder.ts';
import { locatePackage, requireSupported } from './binaries.ts';
import { installMajor } from './install-major.ts';

test('a platform without PostgreSQL is told what to set', () => {
  expect(() => requireSupported('win32-x64')).toThrow(
    'No PostgreSQL is available for win32-x64; set MIGRATION_DATABASE_URL to a server of your own.',
  );
});

test('a machine without the package is told what to run', async () => {
  const elsewhere = join(await temporaryFolder(), 'package.json');
  expect(() => locatePackage(elsewhere, 'linux-x64')).toThrow(
    /^PostgreSQL for linux-x64 is not installed; run npm ci .*MIGRATION_DATABASE_URL/,
  );
});

test('a major that npm lacks for a platform is said to be missing before anything is installed', async () => {
  const cacheDirectory = await temporaryFolder();
  const wanted = { major: 13, platform: 'darwin-arm64', cacheDirectory, log: () => {} };
  await expect(installMajor(wanted)).rejects.toThrow(
    'PostgreSQL 13 is not published for darwin-arm64; use 15 or 18 here.',
  );
});
