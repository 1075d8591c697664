import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { callerEnvironment, serverEnvironment } from '../environment.ts';
import { runCommand } from '../run-command.ts';

/** A server program that runs on this machine. */
export interface RedisBinary {
  command: string;
  /** Folder of its shared libraries, if they do not come from the system. */
  libraryPath?: string | undefined;
  /** For example `7.0.15`. */
  version: string;
}

export const oldestRedis = '6.2';

/** Returns the first usable redis-server or valkey-server of the PATH. `note` receives the reason for each skipped one. */
export async function redisOnPath(note: (reason: string) => void): Promise<RedisBinary | undefined> {
  for (const name of ['redis-server', 'valkey-server']) {
    const command = await findOnPath(name);
    const version = command && (await redisVersion(command).catch(() => undefined));
    if (command === undefined) continue;
    if (version === undefined) note(`${command} does not run`);
    else if (!isRecentEnough(version)) note(`${command} is version ${version}`);
    else return { command, version };
  }
  return undefined;
}

/** Returns the version of a server program. Throws if it does not run or reports none. */
export async function redisVersion(command: string, libraryPath?: string): Promise<string> {
  const said = await runCommand(command, ['--version'], { env: serverEnvironment(libraryPath) });
  const version = /\bv=(\d+\.\d+\.\d+)/.exec(said)?.[1];
  if (version === undefined) throw new Error(`${command} reports no version: ${said}`);
  return version;
}

/** Returns true for version 6.2 or newer, which queues, journal and scripts require. */
export function isRecentEnough(version: string): boolean {
  return version.localeCompare(oldestRedis, 'en', { numeric: true }) >= 0;
}

async function findOnPath(name: string): Promise<string | undefined> {
  const folders = (callerEnvironment().PATH ?? '').split(delimiter).filter(isAbsolute);
  for (const command of folders.map((folder) => join(folder, name))) {
    const found = await access(command, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return command;
  }
  return undefined;
}
