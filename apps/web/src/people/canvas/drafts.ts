import type { Content } from './blocks.ts';

/** Unsaved changes of a canvas, with the revision on which they are based. */
export interface Draft {
  readonly base: Content;
  readonly content: Content;
}

/** Keeps unsaved changes until the platform has stored them. */
export interface Drafts {
  read(): readonly Draft[];
  write(draft: Draft): void;
  /** Deletes the drafts that `read` returned, and the one that was written. */
  clear(): void;
}

/**
 * Drafts of one canvas in this browser. A write is complete when it returns, so that nothing is lost if the tab ends at once.
 * Each tab writes a draft of its own, and reads those of all tabs: a merge of changes that are saved already changes nothing.
 */
export function localDrafts(canvasId: string, storage: Storage = localStorage): Drafts {
  const prefix = `unsaved:${canvasId}:`;
  const own = `${prefix}${crypto.randomUUID()}`;
  const read = new Set<string>();
  return {
    read() {
      const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
      return keys
        .filter((key) => key.startsWith(prefix))
        .map((key) => {
          read.add(key);
          return JSON.parse(storage.getItem(key) ?? '') as Draft;
        });
    },
    write: (draft) => storage.setItem(own, JSON.stringify(draft)),
    clear() {
      for (const key of [own, ...read]) storage.removeItem(key);
      read.clear();
    },
  };
}
