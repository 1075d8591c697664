import { parseTemplate } from '@valuecanvas/prompts-sdk';
import { type Changes, compare, toFile } from './compare.ts';
import { readFolder, writePrompt } from './folder.ts';
import type { Content, PromptFile } from './prompt-file.ts';
import type { Registry, RegistryPrompt } from './registry.ts';

/** Parts of a command. `print` receives one line. */
export interface Parts {
  readonly registry: Registry;
  readonly folder: string;
  readonly print: (line: string) => void;
}

/** Writes every prompt of the registry into the folder. Files of prompts that the registry does not have stay. */
export async function pull({ registry, folder, print }: Parts): Promise<void> {
  let written = 0;
  for (const key of await registry.keys()) {
    if (!(await writePrompt(folder, toFile(await registry.read(key))))) continue;
    print(`${key}: written`);
    written += 1;
  }
  print(written === 0 ? 'The folder is up to date.' : `${written} files written.`);
}

/** Prints how the registry differs from the folder. Returns the number of prompts that differ. */
export async function diff({ registry, folder, print }: Parts): Promise<number> {
  const { files, prompts } = await readBoth(registry, folder);
  let differing = 0;
  for (const file of files) {
    const lines = describe(compare(file, prompts.get(file.key)), prompts.has(file.key));
    for (const line of lines) print(`${file.key}: ${line}`);
    if (lines.length > 0) differing += 1;
  }
  for (const key of prompts.keys()) {
    if (files.some((file) => file.key === key)) continue;
    print(`${key}: only in the registry`);
    differing += 1;
  }
  print(differing === 0 ? 'The registry is as the folder says.' : `${differing} prompts differ.`);
  return differing;
}

/**
 * Makes the registry as the folder says: creates versions that it does not have, and moves labels from the versions that have
 * them now. Proposes the moves of protected labels. Prompts come after those that they embed. Nothing is removed.
 */
export async function push(
  { registry, folder, print }: Parts,
  message: string | undefined,
): Promise<{ readonly changed: number; readonly proposed: number }> {
  const { files, prompts } = await readBoth(registry, folder);
  let [changed, proposed] = [0, 0];
  for (const file of inOrderOfEmbeds(files)) {
    const { key, versions, moves } = compare(file, prompts.get(file.key));
    const numbers: (number | undefined)[] = versions.map(({ version }) => version);
    for (const [index, { content, version }] of versions.entries()) {
      if (version !== undefined) continue;
      numbers[index] = await registry.create(key, content, message);
      print(`${key}: version ${numbers[index]} created`);
      changed += 1;
    }
    for (const { text, to, current } of moves) {
      const version = numbers[to];
      if (version === undefined) continue;
      const [label = '', environment = 'default'] = text.split('/').reverse();
      const move = {
        environment,
        label,
        version,
        expectedVersion: current?.version ?? null,
        reason: message,
      };
      if (current?.isProtected) {
        const isNew = await registry.propose(key, move);
        print(`${key}: ${text} → ${version} ${isNew ? 'proposed' : 'is proposed already'}, ${awaiting}`);
        proposed += 1;
        continue;
      }
      await registry.move(key, move);
      print(`${key}: ${text} moved from ${current?.version ?? 'none'} to ${version}`);
      changed += 1;
    }
  }
  if (changed + proposed === 0) print('Nothing to push.');
  return { changed, proposed };
}

const awaiting = 'and takes effect when a second person approves it';

async function readBoth(
  registry: Registry,
  folder: string,
): Promise<{ readonly files: readonly PromptFile[]; readonly prompts: ReadonlyMap<string, RegistryPrompt> }> {
  const files = await readFolder(folder);
  const prompts = new Map<string, RegistryPrompt>();
  for (const key of await registry.keys()) prompts.set(key, await registry.read(key));
  return { files, prompts };
}

function describe({ versions, moves, surplus }: Changes, exists: boolean): string[] {
  return [
    ...(exists ? [] : ['only in the folder']),
    ...versions.flatMap(({ version }) => (version === undefined ? ['has a new version in the folder'] : [])),
    ...moves.map(({ text, to, current }) => {
      const target = versions[to]?.version;
      return `${text} is at ${current?.version ?? 'no version'}, in the folder at ${target ?? 'the new one'}`;
    }),
    ...surplus.map(({ text, version }) => `${text} is at ${version}, and not in the folder`),
  ];
}

/** Orders prompts so that each one comes after those that it embeds. */
function inOrderOfEmbeds(files: readonly PromptFile[]): PromptFile[] {
  const ordered = new Set<PromptFile>();
  const visited = new Set<PromptFile>();
  const visit = (file: PromptFile): void => {
    if (visited.has(file)) return;
    visited.add(file);
    const keys = file.versions.flatMap(({ content }) => embeddedKeys(content));
    for (const other of files) if (keys.includes(other.key)) visit(other);
    ordered.add(file);
  };
  for (const file of files) visit(file);
  return [...ordered];
}

function embeddedKeys({ template, messages = [] }: Content): string[] {
  const texts = [template ?? '', ...messages.map(({ content }) => content)];
  return texts.flatMap((text) =>
    parseTemplate(text).embeds.map((reference) => reference.split('@')[0] ?? ''),
  );
}
