import { useShortcuts } from '../../shell/shortcuts.tsx';
import { text } from '../../text/en.ts';
import { nameOf, type Section, sections } from './blocks.ts';

/** The frame of a block, which can hold the focus. */
function frameOf(section: Section): HTMLElement | null {
  return document.querySelector(`[data-block="${section}"]`);
}

/** The block that holds the focus, or the first one. */
function focusedSection(): Section {
  const frame = document.activeElement?.closest('[data-block]');
  return sections.find((section) => section === frame?.getAttribute('data-block')) ?? 'keyPartners';
}

/** The keys of a canvas: to its blocks, and for what can be done with them. */
export function useCanvasKeys(actions: {
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
    {
      keys: ['a'],
      label: text.shortcuts.add,
      run: () => frameOf(focusedSection())?.querySelector<HTMLElement>('[data-add]')?.click(),
    },
    { keys: ['r'], label: text.shortcuts.suggest, run: () => actions.onSuggest(focusedSection()) },
    { keys: ['h'], label: text.shortcuts.history, run: actions.onHistory },
  ]);
}
