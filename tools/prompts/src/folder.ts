import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileFault, fileName, formatPrompt, type PromptFile, parsePrompt } from './prompt-file.ts';

/** Reads all prompts of a folder, ordered by key. Throws FileFault for a file that is no prompt, and for an absent folder. */
export async function readFolder(folder: string): Promise<PromptFile[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new FileFault(`The folder ${folder} cannot be read (${error.code}).`);
  });
  const prompts = names
    .filter((name) => name.endsWith('.yaml'))
    .map(async (name) => parsePrompt(await readFile(join(folder, name), 'utf8'), name));
  return (await Promise.all(prompts)).sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Writes a prompt unless its file is equal. Returns whether it wrote. */
export async function writePrompt(folder: string, prompt: PromptFile): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, fileName(prompt.key));
  const text = formatPrompt(prompt);
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return false;
  await writeFile(path, text);
  return true;
}
