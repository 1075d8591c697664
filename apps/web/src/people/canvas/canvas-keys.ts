import { useShortcuts } from '../../shell/use-shortcuts.ts';
import { text } from '../../text/en.ts';
import { nameOf, type Section, sections } from './blocks.ts';
import type { CanvasDocument, DocumentState } from './canvas-document.ts';
import { blockKeys, focusedBlock } from './move-between-blocks.ts';

/** The frame of a block, which can hold the focus. */
function frameOf(section: Section): HTMLElement | null {
  return document.querySelector(`[data-block="${section}"]`);
}

/** The block that holds the focus, or the first one. */
function focusedSection(): Section {
  const name = focusedBlock()?.getAttribute('data-block');
  return sections.find((section) => section === name) ?? 'keyPartners';
}

/** The keys of a canvas: to its blocks and between them, for what can be done with them, and to undo. */
export function useCanvasKeys({
  canvasDocument,
  state,
  onSuggest,
  onHistory,
}: {
  readonly canvasDocument: CanvasDocument;
  readonly state: DocumentState;
  readonly onSuggest: (section: Section) => void;
  readonly onHistory: () => void;
}): void {
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
    ...blockKeys(),
    {
      keys: ['a'],
      label: text.shortcuts.add,
      run: () => frameOf(focusedSection())?.querySelector<HTMLElement>('[data-add]')?.click(),
    },
    { keys: ['r'], label: text.shortcuts.suggest, run: () => onSuggest(focusedSection()) },
    { keys: ['h'], label: text.shortcuts.history, run: onHistory },
  ]);
  // Text fields keep their own undo, because they keep their keys.
  useShortcuts([
    ...(state.canUndo ? [{ keys: ['Mod+z'], label: text.shortcuts.undo, run: canvasDocument.undo }] : []),
    ...(state.canRedo
      ? [{ keys: ['Mod+Shift+z'], label: text.shortcuts.redo, run: canvasDocument.redo }]
      : []),
  ]);
}
