import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { CopyInstruction } from '../dockerfile/parse-dockerfile.ts';
import { linkInto } from './link-into.ts';

/** As the builder copies: of a folder its content, a file under its own name where the target is a folder. */
export async function copyInto(
  folder: string,
  root: string,
  { sources, destination }: CopyInstruction,
): Promise<void> {
  const target = join(folder, destination);
  const isFolder = destination === '.' || destination.endsWith('/');
  for (const source of sources) {
    const from = join(root, source);
    if ((await stat(from)).isFile()) await copyOne(from, isFolder ? join(target, basename(source)) : target);
    else await linkInto(target, from);
  }
}

async function copyOne(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}

/** Runs a line as the builder does, in a shell; rejects with all that was said where it fails. */
export async function runLine(line: string, folder: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn('/bin/sh', ['-c', line], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, complaints, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  if (code !== 0) throw new Error(`RUN ${line} ended with ${code}:\n${output}${complaints}`);
}
