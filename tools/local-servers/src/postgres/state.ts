import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Account, canReach } from './account.ts';
import { openFolder, sharedFolder } from './shared-folder.ts';

/** Paths of one server's state. */
export interface PostgresState {
  /** The caller's folder, with claim, log and password. */
  directory: string;
  /** Parent folder of the data: `directory`, or one under /var/lib if the server's account cannot enter that. */
  home: string;
  data: string;
  password: string;
  log: string;
  claim: string;
}

/** Creates the parent folders of the state, not the state itself. */
export async function openState(directory: string, account: Account | undefined): Promise<PostgresState> {
  await mkdir(directory, { recursive: true });
  const real = await realpath(directory);
  const home = account === undefined ? real : await reachableHome(real, account);
  return {
    directory: real,
    home,
    data: join(home, 'data'),
    password: join(real, 'password'),
    log: join(real, 'postgres.log'),
    claim: join(real, 'postgres.starter.json'),
  };
}

/** Data outside of `directory` without a password: the caller deleted `directory`, and so the data as well. */
export async function removeOrphanedData(state: PostgresState): Promise<void> {
  if (state.home === state.directory || existsSync(state.password)) return;
  await rm(state.data, { recursive: true, force: true });
}

/** Deletes the whole state of a server in all places. */
export async function removeState(state: PostgresState): Promise<void> {
  if (state.home !== state.directory) await rm(state.home, { recursive: true, force: true });
  await rm(state.directory, { recursive: true, force: true });
}

async function reachableHome(directory: string, account: Account): Promise<string> {
  await chmod(directory, 0o711);
  if (await canReach(account, directory)) return directory;
  const home = await sharedFolder(`data-${shortHash(directory)}`);
  await openFolder(home);
  return home;
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
