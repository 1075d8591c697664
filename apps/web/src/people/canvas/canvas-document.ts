import { ApiError } from '@valuecanvas/web-client';
import { type Blocks, blocksOf, type Canvas, isSame, mapBlocks, type Section, sections } from './blocks.ts';
import type { Drafts } from './drafts.ts';
import { mergeItems, union } from './merge-items.ts';

/** A block that was changed here and elsewhere. */
export interface Conflict {
  readonly yours: readonly string[];
  readonly saved: readonly string[];
}

export interface DocumentState {
  /** The blocks as the person sees them. Items can still be blank. */
  readonly blocks: Blocks;
  readonly conflicts: Partial<Readonly<Record<Section, Conflict>>>;
  readonly saving: 'saved' | 'pending' | 'saving' | 'failed';
  /** The reason of `failed`. */
  readonly error: Error | undefined;
  readonly revision: number;
  /** True after a change made elsewhere has been merged. */
  readonly wasMerged: boolean;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}

/** A canvas that is edited: what is shown, what is stored, and what must still be saved. */
export interface CanvasDocument {
  getState(): DocumentState;
  subscribe(listener: () => void): () => void;
  /** Replaces the items of a block. Changes with the same `step` in a row are undone together. */
  change(section: Section, items: readonly string[], step?: string): void;
  /** Moves an item to the end of another block. */
  move(from: Section, index: number, to: Section): void;
  undo(): void;
  redo(): void;
  resolve(section: Section, choice: 'yours' | 'saved' | 'both'): void;
  /** Saves now instead of after the pause. */
  flush(): void;
  /** Stops saving. The drafts remain. */
  close(): void;
}

/** The changes are saved this long after the last key. */
const pauseMs = 2_000;

/** Pauses before the repetitions of a failed save. The last one repeats. */
const retryMs = [2_000, 4_000, 8_000, 15_000];

/** Conflicts in a row after which saving fails. Each one reads the canvas again. */
const maxRebases = 5;

/** Steps that can be undone. */
const maxSteps = 100;

export function createCanvasDocument({
  canvas,
  drafts,
  save,
  read,
  schedule = scheduleByTimeout,
}: {
  readonly canvas: Canvas;
  readonly drafts: Drafts;
  /** Stores the changed blocks on top of a revision. Rejects with CONFLICT if the canvas has a newer one. */
  readonly save: (revision: number, changed: Partial<Blocks>) => Promise<Canvas>;
  readonly read: () => Promise<Canvas>;
  /** Calls back later, unless the returned function is called before. */
  readonly schedule?: (callback: () => void, ms: number) => () => void;
}): CanvasDocument {
  let base: Blocks = blocksOf(canvas);
  let state: DocumentState = {
    blocks: base,
    conflicts: {},
    saving: 'saved',
    error: undefined,
    revision: canvas.revision,
    wasMerged: false,
    canUndo: false,
    canRedo: false,
  };
  let past: Blocks[] = [];
  let future: Blocks[] = [];
  let lastStep: string | undefined;
  let cancelTimer = (): void => undefined;
  let isSaving = false;
  let isClosed = false;
  let failures = 0;
  const listeners = new Set<() => void>();

  const update = (change: Partial<DocumentState>): void => {
    state = { ...state, ...change, canUndo: past.length > 0, canRedo: future.length > 0 };
    for (const listener of listeners) listener();
  };

  const unsaved = (): Section[] =>
    sections.filter(
      (section) => !state.conflicts[section] && !isSame(written(state.blocks[section]), base[section]),
    );

  const later = (ms: number): void => {
    cancelTimer();
    if (!isClosed) cancelTimer = schedule(() => void saveAll(), ms);
  };

  /** Shows changed blocks, keeps them in the browser, and saves them after a pause. */
  const show = (blocks: Blocks, change: Partial<DocumentState> = {}): void => {
    update({ ...change, blocks, wasMerged: false });
    const hasChanges = unsaved().length > 0;
    if (hasChanges) drafts.write({ base, blocks });
    if (!isSaving) update({ saving: hasChanges ? 'pending' : 'saved', error: undefined });
    if (hasChanges) later(pauseMs);
  };

  const remember = (): void => {
    past = [...past.slice(1 - maxSteps), state.blocks];
    future = [];
  };

  /** Puts the changes of this page on top of another revision. */
  const rebase = (revision: number, next: Blocks): void => {
    const conflicts: Partial<Record<Section, Conflict>> = { ...state.conflicts };
    const blocks = mapBlocks((section) => {
      const mine = state.blocks[section];
      if (isSame(written(mine), base[section]))
        return isSame(base[section], next[section]) ? mine : next[section];
      const merged = mergeItems(base[section], written(mine), next[section]);
      if (merged) return isSame(merged, written(mine)) ? mine : merged;
      conflicts[section] = { yours: written(mine), saved: next[section] };
      return mine;
    });
    const isChanged = sections.some((section) => !isSame(blocks[section], state.blocks[section]));
    base = next;
    update({ blocks, conflicts, revision, wasMerged: isChanged });
    if (unsaved().length > 0) drafts.write({ base, blocks });
  };

  /** Saves until nothing is left. One request at a time, with the changed blocks alone. */
  const saveAll = async (): Promise<void> => {
    cancelTimer();
    if (isSaving || isClosed) return;
    isSaving = true;
    let rebases = 0;
    try {
      for (let changed = unsaved(); changed.length > 0; changed = unsaved()) {
        update({ saving: 'saving', error: undefined });
        const sent = Object.fromEntries(changed.map((section) => [section, written(state.blocks[section])]));
        try {
          const answer = await save(state.revision, sent);
          base = blocksOf(answer);
          failures = 0;
          update({ revision: answer.revision });
        } catch (error) {
          if (!isConflict(error) || ++rebases > maxRebases) throw error;
          const theirs = await read();
          rebase(theirs.revision, blocksOf(theirs));
        }
      }
      if (sections.every((section) => !state.conflicts[section])) drafts.clear();
      update({ saving: 'saved', error: undefined });
    } catch (error) {
      update({ saving: 'failed', error: error as Error });
      if (!(error instanceof ApiError) || error.retryHelps) {
        later(retryMs[Math.min(failures++, retryMs.length - 1)] ?? pauseMs);
      }
    } finally {
      isSaving = false;
    }
  };

  for (const draft of drafts.read()) {
    const current = base;
    base = draft.base;
    update({ blocks: mapBlocks((section) => draft.blocks[section]) });
    rebase(canvas.revision, current);
  }
  if (unsaved().length > 0) {
    update({ saving: 'pending' });
    later(0);
  } else drafts.clear();

  return {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    change(section, items, step) {
      if (step === undefined || step !== lastStep) remember();
      lastStep = step;
      show({ ...state.blocks, [section]: items });
    },
    move(from, index, to) {
      const item = state.blocks[from][index];
      if (item === undefined || from === to) return;
      remember();
      lastStep = undefined;
      show({
        ...state.blocks,
        [from]: state.blocks[from].toSpliced(index, 1),
        [to]: [...state.blocks[to], item],
      });
    },
    undo() {
      const before = past.at(-1);
      if (!before) return;
      past = past.slice(0, -1);
      future = [...future, state.blocks];
      lastStep = undefined;
      show(before);
    },
    redo() {
      const after = future.at(-1);
      if (!after) return;
      future = future.slice(0, -1);
      past = [...past, state.blocks];
      lastStep = undefined;
      show(after);
    },
    resolve(section, choice) {
      const { [section]: conflict, ...conflicts } = state.conflicts;
      if (!conflict) return;
      const { yours, saved } = conflict;
      const items = choice === 'yours' ? yours : choice === 'saved' ? saved : union(saved, yours);
      remember();
      show({ ...state.blocks, [section]: items }, { conflicts });
      void saveAll();
    },
    flush: () => void saveAll(),
    close() {
      isClosed = true;
      cancelTimer();
    },
  };
}

/** The items that are stored: blank ones are not. */
function written(items: readonly string[]): readonly string[] {
  return items.filter((item) => item.trim() !== '');
}

function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'CONFLICT';
}

function scheduleByTimeout(callback: () => void, ms: number): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}
