import { ApiError, requestLimits } from '@valuecanvas/web-client';
import {
  type Canvas,
  type Content,
  contentOf,
  type Field,
  fields,
  isSame,
  mapContent,
  type Section,
  sections,
  type WordName,
  type Words,
} from './blocks.ts';
import type { Drafts } from './drafts.ts';
import { mergeValues, union } from './merge-items.ts';

/** A block that was changed here and elsewhere. */
export interface Conflict {
  readonly yours: readonly string[];
  readonly saved: readonly string[];
}

export interface DocumentState {
  /** The canvas as the person sees it. Items can still be blank. */
  readonly content: Content;
  readonly conflicts: Partial<Readonly<Record<Section, Conflict>>>;
  /** Words that were changed elsewhere and here. Those of this page are kept. */
  readonly wordsElsewhere: Partial<Words>;
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
  /** Replaces the items of a block, or words. Changes with the same `step` in a row are undone together. */
  change<F extends Field>(field: F, value: Content[F], step?: string): void;
  /** Moves an item to the end of another block. */
  move(from: Section, index: number, to: Section): void;
  /**
   * Saves, and then has the platform change the canvas, for example apply suggestions. The step is undone like an edit; the
   * returned function undoes it alone and keeps later edits.
   */
  perform(request: (revision: number) => Promise<Canvas>): Promise<() => void>;
  undo(): void;
  redo(): void;
  resolve(section: Section, choice: 'yours' | 'saved' | 'both'): void;
  /** Replaces the words of this page by those saved elsewhere, or keeps them. */
  resolveWords(name: WordName, choice: 'yours' | 'saved'): void;
  /** Saves now instead of after the pause. Ends once the save has succeeded or failed. */
  flush(): Promise<void>;
  /** Saves now, so that the platform has what the page shows. Rejects with the reason of a failed save. */
  saved(): Promise<void>;
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

const minDescription = requestLimits.updateCanvas.businessDescription.minLength;

export function createCanvasDocument({
  canvas,
  drafts,
  save,
  read,
  schedule = scheduleByTimeout,
}: {
  readonly canvas: Canvas;
  readonly drafts: Drafts;
  /** Stores the changed fields on top of a revision. Rejects with CONFLICT if the canvas has a newer one. */
  readonly save: (revision: number, changed: Partial<Content>) => Promise<Canvas>;
  readonly read: () => Promise<Canvas>;
  /** Calls back later, unless the returned function is called before. */
  readonly schedule?: (callback: () => void, ms: number) => () => void;
}): CanvasDocument {
  let base: Content = contentOf(canvas);
  let state: DocumentState = {
    content: base,
    conflicts: {},
    wordsElsewhere: {},
    saving: 'saved',
    error: undefined,
    revision: canvas.revision,
    wasMerged: false,
    canUndo: false,
    canRedo: false,
  };
  let past: Content[] = [];
  let future: Content[] = [];
  let lastStep: string | undefined;
  let cancelTimer = (): void => undefined;
  /** The request that is running. Saves and other changes follow each other. */
  let running: Promise<void> | undefined;
  let isClosed = false;
  let failures = 0;
  const listeners = new Set<() => void>();

  /** Returns true if a step differs from what is shown by more than blank items. */
  const isStep = (step: Content): boolean => {
    const shown = withoutBlanks(state.content);
    return fields.some((field) => !isSame(step[field], shown[field]));
  };

  const update = (change: Partial<DocumentState>): void => {
    state = { ...state, ...change };
    state = { ...state, canUndo: past.some(isStep), canRedo: future.some(isStep) };
    for (const listener of listeners) listener();
  };

  const isUnsaved = (field: Field): boolean =>
    !(isSection(field) && state.conflicts[field]) &&
    !isSame(written(field, state.content, base), base[field]);

  const unsaved = (): readonly Field[] => fields.filter(isUnsaved);

  const later = (ms: number): void => {
    cancelTimer();
    if (!isClosed) cancelTimer = schedule(() => void saveAll(), ms);
  };

  /** Shows changed content, keeps it in the browser, and saves it after a pause. */
  const show = (content: Content, change: Partial<DocumentState> = {}): void => {
    update({ ...change, content, wasMerged: false });
    const hasChanges = unsaved().length > 0;
    if (hasChanges) drafts.write({ base, content });
    if (!running) update({ saving: hasChanges ? 'pending' : 'saved', error: undefined });
    if (hasChanges) later(pauseMs);
  };

  const remember = (): void => {
    past = [...past.slice(1 - maxSteps), withoutBlanks(state.content)];
    future = [];
  };

  /** Puts the changes of this page on top of another revision. Returns true if this changes what the page shows. */
  const rebase = (revision: number, next: Content): boolean => {
    const conflicts: Partial<Record<Section, Conflict>> = { ...state.conflicts };
    const wordsElsewhere: Partial<Record<WordName, string>> = { ...state.wordsElsewhere };
    const content = mapContent((field) => {
      const shown = state.content[field];
      const mine = written(field, state.content, base);
      if (isSame(mine, base[field])) return isSame(base[field], next[field]) ? shown : next[field];
      const merged = mergeValues(base[field], mine, next[field]);
      if (merged !== undefined) return isSame(merged, mine) ? shown : merged;
      if (isSection(field)) conflicts[field] = { yours: mine as readonly string[], saved: next[field] };
      else wordsElsewhere[field] = next[field];
      return shown;
    });
    const isChanged = fields.some((field) => !isSame(content[field], state.content[field]));
    base = next;
    update({ content, conflicts, wordsElsewhere, revision });
    if (unsaved().length > 0) drafts.write({ base, content });
    return isChanged;
  };

  /** Reads what was changed elsewhere and merges it. Undoing a step of this page keeps those changes. */
  const mergeElsewhere = async (): Promise<void> => {
    const theirs = await read();
    const before = base;
    const next = contentOf(theirs);
    const withTheirs = (step: Content): Content =>
      mapContent((field) => mergeValues(before[field], step[field], next[field]) ?? step[field]);
    past = past.map(withTheirs);
    future = future.map(withTheirs);
    update({ wasMerged: rebase(theirs.revision, next) });
  };

  /** Sends a request on top of the current revision, and again after a merge if another change came first. */
  const sendOnCurrent = async (request: (revision: number) => Promise<Canvas>): Promise<Canvas> => {
    for (let rebases = 0; ; rebases++) {
      try {
        return await request(state.revision);
      } catch (error) {
        if (!isConflict(error) || rebases >= maxRebases) throw error;
        await mergeElsewhere();
      }
    }
  };

  const settle = (): void => {
    const isWaiting = sections.some((section) => state.conflicts[section]);
    if (!isWaiting && unsaved().length === 0) drafts.clear();
    update({ saving: unsaved().length > 0 ? 'pending' : 'saved', error: undefined });
  };

  /** Runs after the request that is running, and before any other. */
  const alone = (work: () => Promise<void>): Promise<void> => {
    const result = work().finally(() => {
      running = undefined;
      if (state.saving === 'pending') later(pauseMs);
    });
    running = result.catch(() => undefined);
    return result;
  };

  /** Saves until nothing is left, with the changed fields alone. */
  const saveAll = async (): Promise<void> => {
    cancelTimer();
    if (running || isClosed) return running;
    await alone(async () => {
      try {
        while (unsaved().length > 0) {
          update({ saving: 'saving', error: undefined });
          const answer = await sendOnCurrent((revision) => {
            const changed = unsaved().map((field) => [field, written(field, state.content, base)]);
            return changed.length === 0 ? read() : save(revision, Object.fromEntries(changed));
          });
          base = contentOf(answer);
          failures = 0;
          update({ revision: answer.revision });
        }
        settle();
      } catch (error) {
        update({ saving: 'failed', error: error as Error });
        if (!(error instanceof ApiError) || error.retryHelps) {
          later(retryMs[Math.min(failures++, retryMs.length - 1)] ?? pauseMs);
        }
      }
    });
  };

  const saved = async (): Promise<void> => {
    await saveAll();
    while (running) await running;
    if (state.error) throw state.error;
  };

  for (const draft of drafts.read()) {
    const current = base;
    base = draft.base;
    update({ content: draft.content });
    update({ wasMerged: rebase(canvas.revision, current) });
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
    change(field, value, step) {
      if (step === undefined || step !== lastStep) remember();
      lastStep = step;
      show({ ...state.content, [field]: value });
    },
    move(from, index, to) {
      const item = state.content[from][index];
      if (item === undefined || from === to) return;
      remember();
      lastStep = undefined;
      show({
        ...state.content,
        [from]: state.content[from].toSpliced(index, 1),
        [to]: [...state.content[to], item],
      });
    },
    async perform(request) {
      await saved();
      let before = state.content;
      await alone(async () => {
        const answer = await sendOnCurrent(request);
        remember();
        lastStep = undefined;
        before = state.content;
        rebase(answer.revision, contentOf(answer));
        settle();
      });
      const after = state.content;
      return () => {
        remember();
        lastStep = undefined;
        show(
          mapContent(
            (field) => mergeValues(after[field], state.content[field], before[field]) ?? state.content[field],
          ),
        );
        void saveAll();
      };
    },
    undo() {
      const index = past.findLastIndex(isStep);
      const before = past[index];
      if (!before) return;
      past = past.slice(0, index);
      future = [...future, withoutBlanks(state.content)];
      lastStep = undefined;
      show(before);
    },
    redo() {
      const index = future.findLastIndex(isStep);
      const after = future[index];
      if (!after) return;
      future = future.slice(0, index);
      past = [...past, withoutBlanks(state.content)];
      lastStep = undefined;
      show(after);
    },
    resolve(section, choice) {
      const { [section]: conflict, ...conflicts } = state.conflicts;
      if (!conflict) return;
      const { yours, saved } = conflict;
      const items = choice === 'yours' ? yours : choice === 'saved' ? saved : union(saved, yours);
      remember();
      show({ ...state.content, [section]: items }, { conflicts });
      void saveAll();
    },
    resolveWords(name, choice) {
      const { [name]: saved, ...wordsElsewhere } = state.wordsElsewhere;
      if (saved === undefined) return;
      if (choice === 'yours') update({ wordsElsewhere });
      else {
        remember();
        lastStep = undefined;
        show({ ...state.content, [name]: saved }, { wordsElsewhere });
        void saveAll();
      }
    },
    flush: saveAll,
    saved,
    close() {
      isClosed = true;
      cancelTimer();
    },
  };
}

/** Returns a content without the blank items that come and go while items are added. */
function withoutBlanks(content: Content): Content {
  return mapContent((field) => {
    const value = content[field];
    return typeof value === 'string' ? value : value.filter((item) => item.trim() !== '');
  });
}

function isSection(field: Field): field is Section {
  return sections.includes(field as Section);
}

/** Returns the fields to store: without blank items and words, and without a description that is too short. */
function written(field: Field, content: Content, base: Content): Content[Field] {
  const value = content[field];
  if (typeof value !== 'string') return value.filter((item) => item.trim() !== '');
  if (field === 'businessDescription') return value.trim().length < minDescription ? base[field] : value;
  return value.trim() === '' ? '' : value;
}

function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'CONFLICT';
}

function scheduleByTimeout(callback: () => void, ms: number): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}
