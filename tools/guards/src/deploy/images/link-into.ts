import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';

const options = process.platform === 'darwin' ? '-Rpc' : '-alf';

/**
 * Puts the content of a folder into another one, over what stands there, as hard links (clones on macOS): whoever works
 * there may add, replace and delete files, but not write into one.
 */
export async function linkInto(target: string, from: string): Promise<void> {
  await mkdir(target, { recursive: true });
  await promisify(execFile)('cp', [options, `${from}/.`, target]);
}
