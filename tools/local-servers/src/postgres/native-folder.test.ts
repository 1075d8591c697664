import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../run-command.ts';
import { temporaryFolder } from '../test-support/temporary-folder.ts';
import { serverAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import { runnableFolder } from './native-folder.ts';

test.runIf(process.getuid?.() === 0)(
  'binaries that the account cannot reach run from a copy, library links included',
  async () => {
    const parent = join(await temporaryFolder(), 'private');
    await mkdir(parent, { mode: 0o700 });
    const folder = join(parent, 'native');
    const { folder: installed } = await findBinaries(15, parent, () => {});
    await cp(installed, folder, { recursive: true });
    await rm(join(folder, 'lib', 'libicuuc.so.60'), { force: true });
    const account = await serverAccount();
    const binaries = { folder, packageVersion: `test-${process.pid}`, version: '15.18' };
    const runnable = await runnableFolder(binaries, account);
    onTestFinished(() => rm(runnable, { recursive: true, force: true }));
    const said = await runCommand(join(runnable, 'bin', 'postgres'), ['--version'], account);
    expect(said).toContain('15.');
  },
);
