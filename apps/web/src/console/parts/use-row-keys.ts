import { type RefObject, useRef } from 'react';
import type { Shortcut } from '../../shell/keys.ts';
import { useShortcuts } from '../../shell/use-shortcuts.ts';
import { consoleText as text } from '../../text/console.en.ts';

/** Marks a row of a table that `j` and `k` focus. */
export const rowMark = { 'data-row': '', tabIndex: -1 } as const;

/** Marks the checkbox that selects a row. */
export const selectMark = { 'data-select': '' } as const;

const rowSelector = '[data-row]';

/**
 * Offers keys that move the focus between the rows of all tables on a screen, open a row, and select it where the table can.
 * Returns the ref of the screen.
 */
export function useRowKeys(isOn: boolean, hasSelection: boolean): RefObject<HTMLDivElement | null> {
  const screen = useRef<HTMLDivElement>(null);
  const step = (key: string) => {
    const rows = [...(screen.current?.querySelectorAll<HTMLElement>(rowSelector) ?? [])];
    const current = rows.findIndex((row) => row.contains(document.activeElement));
    const next = key === 'j' ? current + 1 : current - 1;
    rows[Math.max(0, Math.min(rows.length - 1, next))]?.focus();
  };
  const open = () => document.activeElement?.querySelector<HTMLElement>('a[href], button')?.click();
  const select = () =>
    document.activeElement?.closest(rowSelector)?.querySelector<HTMLElement>('[data-select]')?.click();
  const move: Shortcut = { keys: ['j', 'k'], shown: 'j / k', label: text.rowShortcut, run: step };
  const enter: Shortcut = { keys: ['Enter'], on: rowSelector, label: text.openRowShortcut, run: open };
  const mark: Shortcut = { keys: ['x'], label: text.selection.shortcut, run: select };
  useShortcuts(isOn ? [move, enter, ...(hasSelection ? [mark] : [])] : []);
  return screen;
}
