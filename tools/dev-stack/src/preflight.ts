import { statfs } from 'node:fs/promises';
import { isFree } from './ports.ts';
import { StackError } from './stack-error.ts';

/** A database with its write-ahead log, the logs of a day, and room for Redis to be downloaded. */
const neededMegabytes = 500;

/** Throws StackError for a system that PostgreSQL's packages do not exist for. */
export function requireSupported(platform: string, arch: string): void {
  if (['linux', 'darwin'].includes(platform) && ['x64', 'arm64'].includes(arch)) return;
  throw new StackError(
    `This runs on Linux and macOS (x64 and arm64), not on ${platform} ${arch}: use Docker Compose, or on Windows WSL 2.`,
  );
}

/** Throws StackError if the disk that holds an existing folder is almost full. */
export async function requireDiskSpace(folder: string): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(folder);
  const free = Math.floor((bavail * bsize) / 2 ** 20);
  // Some network file systems report nothing at all.
  if (blocks === 0 || free >= neededMegabytes) return;
  throw new StackError(
    `The disk that holds ${folder} has ${free} MB left and ${neededMegabytes} MB are needed; free some space and start again.`,
  );
}

/** Throws StackError if somebody listens at the one port that is not chosen for the user. */
export async function requireGatewayPort(port: number): Promise<void> {
  if (await isFree(port)) return;
  const other = port === 65_535 ? 3000 : port + 1;
  throw new StackError(
    `Port ${port} is taken: stop what uses it, or choose another with \`PORT=${other} npm start\`.`,
  );
}
