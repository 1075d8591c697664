import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serverEnvironment } from '../environment.ts';
import { isDiskFull, LocalServerError } from '../local-server-error.ts';
import { CommandError, runCommand } from '../run-command.ts';
import type { Account } from './account.ts';
import type { PostgresMajor } from './binaries.ts';
import type { PostgresState } from './state.ts';

export interface ClusterSettings {
  native: string;
  major: PostgresMajor;
  durable: boolean;
  account: Account | undefined;
}

/** initdb writes here, and the finished folder is renamed, so that a killed initdb leaves no cluster that looks valid. */
const draftPrefix = 'data.draft-';

/** Ensures that the data exist, have the right major version and belong to the account. Returns the password. */
export async function ensureCluster(
  state: PostgresState,
  settings: ClusterSettings,
  log: (line: string) => void,
): Promise<string> {
  await removeDrafts(state.home);
  if (existsSync(state.data)) await requireUsable(state, settings.major);
  const password = await ensurePassword(state.password);
  if (!existsSync(state.data)) {
    log('Creating the database cluster');
    await createCluster(state, settings, password);
  }
  await giveTo(settings.account, state.data);
  return password;
}

async function requireUsable(state: PostgresState, major: PostgresMajor): Promise<void> {
  const found = (await readFile(join(state.data, 'PG_VERSION'), 'utf8').catch(() => 'unknown')).trim();
  if (found !== String(major)) {
    throw new LocalServerError(
      `The data in ${state.data} were created by PostgreSQL ${found}, and this is ${major}. Delete ${state.directory} to start with new data.`,
    );
  }
  if (!existsSync(state.password)) {
    throw new LocalServerError(
      `The password of the data in ${state.data} is missing. Restore ${state.password}, or delete ${state.directory} to start with new data.`,
    );
  }
}

async function ensurePassword(file: string): Promise<string> {
  if (existsSync(file)) return await readFile(file, 'utf8');
  const password = randomBytes(24).toString('base64url');
  await writeFile(`${file}.draft`, password, { mode: 0o600 });
  await rename(`${file}.draft`, file);
  return password;
}

async function createCluster(
  state: PostgresState,
  settings: ClusterSettings,
  password: string,
): Promise<void> {
  const draft = await mkdtemp(join(state.home, draftPrefix));
  const passwordFile = `${draft}.password`;
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    await own(settings.account, draft, passwordFile);
    await runInitdb(draft, passwordFile, settings);
    await rename(draft, state.data);
  } finally {
    await removeDrafts(state.home);
  }
}

async function runInitdb(draft: string, passwordFile: string, settings: ClusterSettings): Promise<void> {
  const { native, durable, account } = settings;
  const identity = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const contents = ['--locale=C', '--encoding=UTF8', ...(durable ? [] : ['--no-sync'])];
  const owner = account === undefined ? {} : { uid: account.uid, gid: account.gid };
  const options = { env: serverEnvironment(), ...owner };
  await runCommand(join(native, 'bin', 'initdb'), ['-D', draft, ...identity, ...contents], options).catch(
    (error) => {
      throw initdbFailure(error);
    },
  );
}

function initdbFailure(error: unknown): unknown {
  if (!(error instanceof CommandError) || isDiskFull(error)) return error;
  return new LocalServerError(`PostgreSQL's data could not be created: ${error.message}`, { cause: error });
}

async function removeDrafts(home: string): Promise<void> {
  const drafts = (await readdir(home)).filter((name) => name.startsWith(draftPrefix));
  // An initdb that outlived its starter may still write there.
  const settings = { recursive: true, force: true, maxRetries: 5 };
  await Promise.all(drafts.map((name) => rm(join(home, name), settings)));
}

/** The account may have changed: another user starts it, or a postgres account was added. */
async function giveTo(account: Account | undefined, data: string): Promise<void> {
  if (account === undefined || (await stat(data)).uid === account.uid) return;
  await runCommand('chown', ['-R', `${account.uid}:${account.gid}`, data]);
}

async function own(account: Account | undefined, ...paths: string[]): Promise<void> {
  if (account === undefined) return;
  await Promise.all(paths.map((path) => chown(path, account.uid, account.gid)));
}
