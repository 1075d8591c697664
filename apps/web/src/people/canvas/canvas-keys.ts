import { useEffect } from 'react';
import { useShortcuts } from '../../shell/shortcuts.tsx';
import { text } from '../../text/en.ts';
import { nameOf, type Section, sections } from './blocks.ts';
import type { CanvasDocument } from './canvas-document.ts';
import { moveBetweenBlocks } from './move-between-blocks.ts';

/** The frame of a block, which can hold the focus. */
function frameOf(section: Section): HTMLElement | null {
  return document.querySelector(`[data-block="${section}"]`);
}

/** The block that holds the focus, or the first one. */
function focusedSection(): Section {
  const frame = document.activeElement?.closest('[data-block]');
  return sections.find((section) => section === frame?.getAttribute('data-block')) ?? 'keyPartners';
}

/** The keys of a canvas: to its blocks and between them, for what can be done with them, and to undo. */
export function useCanvasKeys(actions: {
  readonly canvasDocument: CanvasDocument;
  readonly onSuggest: (section: Section) => void;
  readonly onHistory: () => void;
}): void {
  useUndoKeys(actions.canvasDocument);
  useEffect(() => {
    document.addEventListener('keydown', moveBetweenBlocks);
    return () => document.removeEventListener('keydown', moveBetweenBlocks);
  }, []);
  const digits = sections.map((_, index) => String(index + 1));
  useShortcuts([
    {
      keys: digits,
      shown: '1 – 9',
      label: text.shortcuts.block(nameOf('keyPartners'), nameOf('revenueStreams')),
      run(key) {
        const section = sections[digits.indexOf(key)];
        if (section) frameOf(section)?.focus();
      },
    },
    {
      keys: ['a'],
      label: text.shortcuts.add,
      run: () => frameOf(focusedSection())?.querySelector<HTMLElement>('[data-add]')?.click(),
    },
    { keys: ['r'], label: text.shortcuts.suggest, run: () => actions.onSuggest(focusedSection()) },
    { keys: ['h'], label: text.shortcuts.history, run: actions.onHistory },
  ]);
}

/** Ctrl or ⌘ Z, with Shift to redo. Text fields keep their own undo. */
function useUndoKeys(canvas: CanvasDocument): void {
  useEffect(() => {
    const undo = (event: KeyboardEvent) => {
      const isText = event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement;
      if (isText || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return;
      event.preventDefault();
      if (event.shiftKey) canvas.redo();
      else canvas.undo();
    };
    document.addEventListener('keydown', undo);
    return () => document.removeEventListener('keydown', undo);
  }, [canvas]);
}
