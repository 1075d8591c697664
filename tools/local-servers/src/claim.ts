import { readFile, rm, writeFile } from 'node:fs/promises';
import { LocalServerError } from './local-server-error.ts';
import { startTime } from './processes.ts';

interface Holder {
  pid: number;
  startTime: string;
}

/**
 * Claims a server's folder for this process while `action` runs and, if that succeeds, until `action`'s `release` is
 * called. Takes over the claim of a process that has ended. Throws LocalServerError while the holder lives, so that a
 * second starter cannot stop its server.
 */
export async function withClaim<Result>(
  file: string,
  server: string,
  action: (release: () => Promise<void>) => Promise<Result>,
): Promise<Result> {
  await take(file, server);
  const release = () => rm(file, { force: true });
  try {
    return await action(release);
  } catch (error) {
    await release();
    throw error;
  }
}

async function take(file: string, server: string): Promise<void> {
  const holder = await liveHolder(file);
  if (holder !== undefined) throw alreadyRuns(server, file, holder);
  await rm(file, { force: true });
  const self: Holder = { pid: process.pid, startTime: (await startTime(process.pid)) ?? '' };
  await writeFile(file, JSON.stringify(self), { flag: 'wx', mode: 0o600 }).catch((error) => {
    throw error.code === 'EEXIST' ? alreadyRuns(server, file) : error;
  });
}

async function liveHolder(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const holder = parseHolder(text);
  const lives = holder !== undefined && (await startTime(holder.pid)) === holder.startTime;
  return lives ? holder.pid : undefined;
}

function parseHolder(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
}

function alreadyRuns(server: string, file: string, pid?: number): LocalServerError {
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  return new LocalServerError(`${server} is already run by ${who} (${file}). Stop that one first.`);
}
