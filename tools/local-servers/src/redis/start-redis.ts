import { randomBytes } from 'node:crypto';
import { mkdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withClaim } from '../claim.ts';
import { requireDiskSpace } from '../disk-space.ts';
import { explainFailure } from '../local-server-error.ts';
import { once } from '../once.ts';
import { projectCache } from '../project-cache.ts';
import { type RedisFiles, writeConfiguration } from './configuration.ts';
import { findRedis } from './find-redis.ts';
import { launchRedis, stopRedis } from './redis-process.ts';

export interface RedisOptions {
  /** Folder of this server, created if missing. */
  directory: string;
  /** Default: a free port, which may differ at each start. */
  port?: number | undefined;
  /** True keeps the data across restarts (append-only file, fsync every second). False keeps nothing. */
  persistent: boolean;
  /** Folder for downloaded packages. Default: the project's `.cache`. */
  cacheDirectory?: string | undefined;
  /** Receives a message before each slow step. */
  progress?: ((line: string) => void) | undefined;
}

export interface RunningRedis {
  /** URL with the password, which changes at each start. */
  url: string;
  port: number;
  pid: number;
  /** For example `7.0.15`. */
  version: string;
  /** File with the server's output. */
  logFile: string;
  /** Resolves when the process ends, also after `stop`, with the exit code or signal as text. Never rejects. */
  ended: Promise<string>;
  /** Can be called repeatedly, and after the server has ended. */
  stop(): Promise<void>;
}

/**
 * Starts a private Redis (or Valkey) on 127.0.0.1 and returns when it serves commands. First cleans up what a killed
 * starter left in the folder, including a running server. Throws LocalServerError, also if a live process runs a server in
 * that folder.
 */
export async function startRedis(options: RedisOptions): Promise<RunningRedis> {
  try {
    const files = await openFolder(options.directory);
    return await withClaim(files.claim, 'Redis', (release) => startClaimed(options, files, release));
  } catch (error) {
    throw explainFailure(error, options.directory);
  }
}

/** Stops a server left in the folder and deletes the folder with all data. Throws LocalServerError if it is in use. */
export async function removeRedis(directory: string): Promise<void> {
  try {
    const files = await openFolder(directory);
    await withClaim(files.claim, 'Redis', async () => {
      await stopRedis(files);
      await rm(files.directory, { recursive: true, force: true });
    });
  } catch (error) {
    throw explainFailure(error, directory);
  }
}

/** Paths of one server's state. */
async function openFolder(directory: string): Promise<RedisFiles> {
  await mkdir(directory, { recursive: true });
  const real = await realpath(directory);
  await mkdir(join(real, 'data'), { recursive: true, mode: 0o700 });
  return {
    directory: real,
    data: join(real, 'data'),
    configuration: join(real, 'redis.conf'),
    pid: join(real, 'redis.pid'),
    log: join(real, 'redis.log'),
    claim: join(real, 'redis.starter.json'),
  };
}

async function startClaimed(
  options: RedisOptions,
  files: RedisFiles,
  release: () => Promise<void>,
): Promise<RunningRedis> {
  const { persistent, port, cacheDirectory = projectCache(), progress = () => {} } = options;
  const binary = await findRedis(cacheDirectory, progress);
  await stopRedis(files);
  await requireDiskSpace(files.data);
  const password = randomBytes(24).toString('base64url');
  await writeConfiguration(files, { persistent, password });
  const running = await launchRedis(files, { binary, password, port });
  const url = `redis://:${password}@127.0.0.1:${running.port}`;
  const stop = once(() => stopRedis(files).then(release));
  return { ...running, url, version: binary.version, logFile: files.log, stop };
}
