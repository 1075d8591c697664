import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../test-support/temporary-folder.ts';
import { locatePackage, requireSupported } from './binaries.ts';
import { installMajor } from './install-major.ts';

test('on an unsupported platform, the message names the variable to set', () => {
  expect(() => requireSupported('win32-x64')).toThrow(
    'No PostgreSQL is available for win32-x64. Set MIGRATION_DATABASE_URL to a server of your own.',
  );
});

test('without the package, the message names the command to run', async () => {
  const elsewhere = join(await temporaryFolder(), 'package.json');
  expect(() => locatePackage(elsewhere, 'linux-x64')).toThrow(
    /^PostgreSQL for linux-x64 is not installed\. Run npm ci .*MIGRATION_DATABASE_URL/,
  );
});

test('a major version that npm lacks for the platform is refused before anything is installed', async () => {
  const cacheDirectory = await temporaryFolder();
  const wanted = { major: 13, platform: 'darwin-arm64', cacheDirectory, log: () => {} };
  await expect(installMajor(wanted)).rejects.toThrow(
    'PostgreSQL 13 is not published for darwin-arm64. Use 15 or 18 here.',
  );
});
