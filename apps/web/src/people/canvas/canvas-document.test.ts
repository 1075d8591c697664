import { ApiError } from '@valuecanvas/web-client';
import { expect, test, vi } from 'vitest';
import { type Canvas, type Content, contentOf, mapBlocks } from './blocks.ts';
import { createCanvasDocument } from './canvas-document.ts';
import type { Draft, Drafts } from './drafts.ts';

const failure = (code: 'CONFLICT' | 'UNREACHABLE' | 'VALIDATION_FAILED', retryHelps = false) =>
  new ApiError({ code, status: 0, title: code, message: code, retryHelps });

const initial = {
  ...mapBlocks((section) => [`first of ${section}`]),
  id: 'c1',
  revision: 1,
} as unknown as Canvas;

/** A platform with one canvas, and a page that edits it. */
function setUp(stored: Draft[] = []) {
  let platform: Canvas = initial;
  let fault: Error | undefined;
  let kept = stored;
  const timers: (() => void)[] = [];
  const requests: Partial<Content>[] = [];
  const drafts: Drafts = {
    read: () => kept,
    write(draft) {
      kept = [draft];
    },
    clear() {
      kept = [];
    },
  };
  const store = (changed: Partial<Content>): Canvas => {
    platform = { ...platform, ...changed, revision: platform.revision + 1 } as Canvas;
    return platform;
  };
  const canvasDocument = createCanvasDocument({
    canvas: initial,
    drafts,
    async save(revision, changed) {
      requests.push(changed);
      if (fault) throw fault;
      if (revision !== platform.revision) throw failure('CONFLICT');
      return store(changed);
    },
    read: async () => platform,
    schedule(callback) {
      timers.push(callback);
      return () => void timers.splice(timers.indexOf(callback), 1);
    },
  });
  return {
    canvasDocument,
    state: () => canvasDocument.getState(),
    requests,
    kept: () => kept,
    stored: () => platform,
    /** A change by another page. */
    changeElsewhere: store,
    fail(error: Error | undefined) {
      fault = error;
    },
    /** Waits until a save has ended. */
    saved: (outcome: 'saved' | 'failed' = 'saved') =>
      vi.waitFor(() => expect(canvasDocument.getState().saving).toBe(outcome)),
    elapse() {
      for (const callback of timers.splice(0)) callback();
    },
  };
}

test('only changed blocks are saved, after a pause, and blank items never', async () => {
  const page = setUp();
  page.canvasDocument.change('channels', ['Web shop', ' '], 'typing');
  expect(page.state().saving).toBe('pending');
  expect(page.requests).toEqual([]);
  page.elapse();
  await page.saved();
  expect(page.requests).toEqual([{ channels: ['Web shop'] }]);
  expect(page.state()).toMatchObject({ revision: 2, content: { channels: ['Web shop', ' '] } });
});

test('a change stays in the browser until the platform has stored it', async () => {
  const page = setUp();
  page.fail(failure('UNREACHABLE', true));
  page.canvasDocument.change('channels', ['Web shop']);
  expect(page.kept()).toHaveLength(1);
  void page.canvasDocument.flush();
  await page.saved('failed');
  expect(page.kept()).toHaveLength(1);
  page.fail(undefined);
  page.elapse();
  await page.saved();
  expect(page.kept()).toEqual([]);
  expect(page.stored().channels).toEqual(['Web shop']);
});

test('a refusal that repeating cannot change is not repeated', async () => {
  const page = setUp();
  page.fail(failure('VALIDATION_FAILED'));
  page.canvasDocument.change('channels', ['Web shop']);
  void page.canvasDocument.flush();
  await page.saved('failed');
  page.elapse();
  expect(page.requests).toHaveLength(1);
});

test('a draft of an earlier visit is merged with what was stored since, and saved', async () => {
  const base = { ...contentOf(initial), channels: [] };
  const page = setUp([{ base, content: { ...base, channels: ['Web shop'] } }]);
  expect(page.state().content.channels).toEqual(['first of channels', 'Web shop']);
  page.elapse();
  await page.saved();
  expect(page.stored().channels).toEqual(['first of channels', 'Web shop']);
  expect(page.stored().keyPartners).toEqual(['first of keyPartners']);
});

test('a change made elsewhere to another block is merged without asking', async () => {
  const page = setUp();
  page.changeElsewhere({ keyPartners: ['Mills'] });
  page.canvasDocument.change('channels', ['Web shop']);
  void page.canvasDocument.flush();
  await page.saved();
  expect(page.state()).toMatchObject({
    conflicts: {},
    wasMerged: true,
    content: { channels: ['Web shop'], keyPartners: ['Mills'] },
  });
  expect(page.stored()).toMatchObject({ channels: ['Web shop'], keyPartners: ['Mills'], revision: 3 });
});

test.each([
  ['yours', ['mine']],
  ['saved', ['theirs']],
  ['both', ['theirs', 'mine']],
] as const)(
  'a block that both sides changed differently waits for a decision: %s',
  async (choice, expected) => {
    const page = setUp();
    page.changeElsewhere({ channels: ['theirs'] });
    page.canvasDocument.change('channels', ['mine']);
    page.canvasDocument.change('keyPartners', ['Mills']);
    void page.canvasDocument.flush();
    await page.saved();
    expect(page.state().conflicts).toEqual({ channels: { yours: ['mine'], saved: ['theirs'] } });
    expect(page.stored()).toMatchObject({ channels: ['theirs'], keyPartners: ['Mills'] });
    expect(page.kept()).toHaveLength(1);
    page.canvasDocument.resolve('channels', choice);
    await page.saved();
    expect(page.state().conflicts).toEqual({});
    expect(page.stored().channels).toEqual(expected);
    expect(page.kept()).toEqual([]);
  },
);

test('what is typed while a save is running is saved after it', async () => {
  const page = setUp();
  page.canvasDocument.change('channels', ['W'], 'typing');
  void page.canvasDocument.flush();
  page.canvasDocument.change('channels', ['Web shop'], 'typing');
  await page.saved();
  expect(page.requests).toEqual([{ channels: ['W'] }, { channels: ['Web shop'] }]);
});

test('steps are undone and redone, typing in one item as one step', () => {
  const { canvasDocument } = setUp();
  const channels = () => canvasDocument.getState().content.channels;
  canvasDocument.change('channels', ['W'], 'channels 0');
  canvasDocument.change('channels', ['We'], 'channels 0');
  canvasDocument.move('channels', 0, 'keyPartners');
  expect(canvasDocument.getState().content).toMatchObject({
    channels: [],
    keyPartners: ['first of keyPartners', 'We'],
  });
  canvasDocument.undo();
  expect(channels()).toEqual(['We']);
  canvasDocument.undo();
  expect(channels()).toEqual(['first of channels']);
  expect(canvasDocument.getState().canUndo).toBe(false);
  canvasDocument.redo();
  canvasDocument.redo();
  expect(canvasDocument.getState().content.keyPartners).toContain('We');
});

test('words about the business are saved and merged like blocks, and blank ones are removed', async () => {
  const page = setUp();
  page.canvasDocument.change('title', 'Bread by bike');
  page.canvasDocument.change('industry', '  ');
  page.changeElsewhere({ industry: 'Food' });
  await page.canvasDocument.flush();
  expect(page.stored()).toMatchObject({ title: 'Bread by bike', industry: 'Food' });
  page.canvasDocument.change('industry', '  ');
  await page.canvasDocument.flush();
  expect(page.requests.at(-1)).toEqual({ industry: '' });
});

test('a description that is too short is not saved', async () => {
  const page = setUp();
  page.canvasDocument.change('businessDescription', 'A');
  await page.canvasDocument.flush();
  expect(page.requests).toEqual([]);
});

test('a title that both sides changed stays as it is here, and the other one can be taken', async () => {
  const page = setUp();
  page.changeElsewhere({ title: 'Theirs' });
  page.canvasDocument.change('title', 'Mine');
  await page.canvasDocument.flush();
  expect(page.stored().title).toBe('Mine');
  expect(page.state().wordsElsewhere).toEqual({ title: 'Theirs' });
  page.canvasDocument.resolveWords('title', 'saved');
  await page.saved();
  expect(page.stored().title).toBe('Theirs');
  expect(page.state().wordsElsewhere).toEqual({});
});

test('each undo changes what the canvas says: a blank item that came and went is no step', () => {
  const { canvasDocument, state } = setUp();
  const [first = ''] = initial.channels;
  canvasDocument.change('channels', [first, '']);
  canvasDocument.change('channels', [first, 'A market'], 'channels 1');
  canvasDocument.change('channels', [first, 'A market', '']);
  canvasDocument.change('channels', [first, 'A market'], 'channels 2');
  canvasDocument.undo();
  expect(state().content.channels).toEqual([first]);
  expect(state()).toMatchObject({ canUndo: false, canRedo: true });
  canvasDocument.redo();
  expect(state().content.channels).toEqual([first, 'A market']);
  expect(state()).toMatchObject({ canUndo: true, canRedo: false });
});

test('undoing a step keeps what was changed elsewhere since', async () => {
  const page = setUp();
  page.canvasDocument.change('channels', ['Web shop']);
  page.changeElsewhere({ keyPartners: ['Mills'] });
  await page.canvasDocument.flush();
  page.canvasDocument.undo();
  await page.canvasDocument.flush();
  expect(page.stored()).toMatchObject({ channels: ['first of channels'], keyPartners: ['Mills'] });
});

test('a change by the platform comes after the unsaved edits, and is undone alone', async () => {
  const page = setUp();
  page.canvasDocument.change('keyPartners', ['Mills']);
  const undo = await page.canvasDocument.perform(async (revision) => {
    expect(revision).toBe(2);
    return page.changeElsewhere({ channels: ['first of channels', 'Suggested'] });
  });
  expect(page.state()).toMatchObject({ revision: 3, saving: 'saved', conflicts: {} });
  expect(page.state().content.channels).toEqual(['first of channels', 'Suggested']);
  page.canvasDocument.change('keyResources', ['Ovens']);
  undo();
  await page.canvasDocument.flush();
  expect(page.stored()).toMatchObject({
    channels: ['first of channels'],
    keyPartners: ['Mills'],
    keyResources: ['Ovens'],
  });
});

test('a request about what the page shows waits for the save, and is not sent if the save fails', async () => {
  const page = setUp();
  page.canvasDocument.change('keyPartners', ['Mills']);
  const saved = page.canvasDocument.saved();
  page.canvasDocument.change('channels', ['Market']);
  await saved;
  expect(page.stored()).toMatchObject({ keyPartners: ['Mills'], channels: ['Market'] });
  page.fail(failure('VALIDATION_FAILED'));
  page.canvasDocument.change('keyPartners', ['Farms']);
  await expect(page.canvasDocument.saved()).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
});

test('a change by the platform is repeated on top of a change made elsewhere', async () => {
  const page = setUp();
  page.changeElsewhere({ keyPartners: ['Mills'] });
  await page.canvasDocument.perform(async (revision) => {
    if (revision === 1) throw failure('CONFLICT');
    return page.changeElsewhere({ channels: ['Suggested'] });
  });
  expect(page.state().content).toMatchObject({ channels: ['Suggested'], keyPartners: ['Mills'] });
  page.canvasDocument.undo();
  expect(page.state().content).toMatchObject({ channels: ['first of channels'], keyPartners: ['Mills'] });
});

test('a change by the platform that fails leaves the canvas as it is, and saving goes on', async () => {
  const page = setUp();
  const change = page.canvasDocument.perform(() => Promise.reject(failure('UNREACHABLE', true)));
  await expect(change).rejects.toMatchObject({ code: 'UNREACHABLE' });
  expect(page.state().canUndo).toBe(false);
  page.canvasDocument.change('channels', ['Web shop']);
  await page.canvasDocument.flush();
  expect(page.stored().channels).toEqual(['Web shop']);
});
