import { type Content, type PromptFile, sameContent } from './prompt-file.ts';
import type { RegistryLabel, RegistryPrompt } from './registry.ts';

/** Changes after which the registry is as a file says. */
export interface Changes {
  readonly key: string;
  /** Versions of the file, with their numbers if the registry has them. */
  readonly versions: readonly { readonly content: Content; readonly version: number | undefined }[];
  readonly moves: readonly {
    readonly text: string;
    /** Index of the version in `versions`. */
    readonly to: number;
    readonly current: RegistryLabel | undefined;
  }[];
  /** Labels that the file does not have. A push leaves them where they are. */
  readonly surplus: readonly RegistryLabel[];
}

/** Compares a file with the registry. A version of the file is the newest one with the same content. */
export function compare(file: PromptFile, prompt: RegistryPrompt | undefined): Changes {
  const { versions: stored = [], labels = [] } = prompt ?? {};
  const versions = file.versions.map(({ content }) => ({
    content,
    version: stored.findLast((candidate) => sameContent(candidate.content, content))?.version,
  }));
  const texts = file.versions.flatMap((version) => version.labels);
  const moves = file.versions.flatMap((version, to) =>
    version.labels.flatMap((text) => {
      const current = labels.find((label) => label.text === text);
      const held = stored.find((candidate) => candidate.version === current?.version);
      if (held && sameContent(held.content, version.content)) return [];
      return [{ text, to, current }];
    }),
  );
  const surplus = labels.filter(({ text, version }) => version !== null && !texts.includes(text));
  return { key: file.key, versions, moves, surplus };
}

/** Returns a prompt as a file: its versions with labels, and the newest one. */
export function toFile({ key, versions, labels }: RegistryPrompt): PromptFile {
  const newest = versions.at(-1)?.version;
  return {
    key,
    versions: versions.flatMap(({ version, content }) => {
      const ofVersion = labels.filter((label) => label.version === version).map(({ text }) => text);
      return ofVersion.length > 0 || version === newest ? [{ labels: ofVersion.sort(), content }] : [];
    }),
  };
}
