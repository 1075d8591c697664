import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removePostgres, removeRedis, requireDiskSpace } from '@valuecanvas/local-servers';
import { postgresFolder, redisFolder } from './databases.ts';
import { stopLeftovers } from './leftovers.ts';
import { requireGatewayPort, requireSupported } from './preflight.ts';
import { beginRunRecord, type RunRecord } from './run-record.ts';
import type { Settings } from './settings.ts';

/** Space for a database with its write-ahead log, the logs of a day, and a download of Redis. */
const neededMegabytes = 500;

/** The state of a run on disk. */
export interface State {
  readonly directory: string;
  readonly logs: string;
  readonly secretsFile: string;
  readonly record: RunRecord;
}

/**
 * Claims the state for this run. Ends processes that an earlier run left, and deletes all data with --fresh. Throws
 * StackError if the machine, the gateway's port or a running platform prevents the start, and LocalServerError if the disk
 * is almost full.
 */
export async function openState(settings: Settings, say: (line: string) => void): Promise<State> {
  const directory = settings.stateDirectory;
  const recordFile = join(directory, 'run.json');
  const logs = join(directory, 'logs');
  requireSupported(process.platform, process.arch);
  await mkdir(directory, { recursive: true });
  const left = await stopLeftovers(recordFile);
  if (left.length > 0) say(`Stopped what an earlier run had left: ${left.join(', ')}`);
  if (settings.fresh) await deleteState(directory, say);
  await requireDiskSpace(directory, neededMegabytes);
  await requireGatewayPort(settings.gatewayPort);
  await rm(logs, { recursive: true, force: true });
  await mkdir(logs, { recursive: true });
  const record = beginRunRecord(recordFile);
  return { directory, logs, secretsFile: join(directory, 'secrets.json'), record };
}

async function deleteState(directory: string, say: (line: string) => void): Promise<void> {
  say(`Deleting all local data in ${directory}`);
  await removePostgres(postgresFolder(directory));
  await removeRedis(redisFolder(directory));
  for (const name of ['logs', 'secrets.json', 'run.json']) {
    await rm(join(directory, name), { recursive: true, force: true });
  }
}
