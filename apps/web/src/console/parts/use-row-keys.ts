import { type RefObject, useRef } from 'react';
import { useShortcuts } from '../../shell/use-shortcuts.ts';
import { consoleText as text } from '../../text/console.en.ts';

/** Marks a row of a table that `j` and `k` focus. */
export const rowMark = { 'data-row': '', tabIndex: -1 } as const;

const rowSelector = '[data-row]';

/** Offers keys that move the focus between the rows of all tables on a screen, and open a row. Returns the ref of the screen. */
export function useRowKeys(isOn: boolean): RefObject<HTMLDivElement | null> {
  const screen = useRef<HTMLDivElement>(null);
  const step = (key: string) => {
    const rows = [...(screen.current?.querySelectorAll<HTMLElement>(rowSelector) ?? [])];
    const current = rows.findIndex((row) => row.contains(document.activeElement));
    const next = key === 'j' ? current + 1 : current - 1;
    rows[Math.max(0, Math.min(rows.length - 1, next))]?.focus();
  };
  const open = () => document.activeElement?.querySelector<HTMLElement>('a[href], button')?.click();
  useShortcuts(
    isOn
      ? [
          { keys: ['j', 'k'], shown: 'j / k', label: text.rowShortcut, run: step },
          { keys: ['Enter'], on: rowSelector, label: text.openRowShortcut, run: open },
        ]
      : [],
  );
  return screen;
}
