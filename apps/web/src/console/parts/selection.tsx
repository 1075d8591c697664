import { type ReactNode, useState } from 'react';
import { Button } from '../../parts/button.tsx';
import { consoleText as text } from '../../text/console.en.ts';
import styles from './selection.module.css';

/** The selected rows of a table, and which rows can be selected. */
export interface Selection<Row> {
  readonly selected: ReadonlySet<string>;
  readonly set: (selected: ReadonlySet<string>) => void;
  readonly isSelectable: (row: Row) => boolean;
  /** Names a row in the label of its checkbox. */
  readonly nameOf: (row: Row) => string;
}

/** Keeps which rows of a table are selected. Rows that leave the table, or that cannot be selected any more, leave the selection. */
export function useSelection<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  { isSelectable, nameOf }: Pick<Selection<Row>, 'isSelectable' | 'nameOf'>,
) {
  const [chosen, set] = useState<ReadonlySet<string>>(new Set());
  const selectedRows = rows.filter((row) => chosen.has(keyOf(row)) && isSelectable(row));
  const selected = new Set(selectedRows.map(keyOf));
  return { selectedRows, selection: { selected, set, isSelectable, nameOf } };
}

/** Actions on the selected rows, below their table, which therefore stays in place. Shows nothing while no row is selected. */
export function SelectionBar({
  selection: { selected, set },
  children,
}: {
  readonly selection: Pick<Selection<never>, 'selected' | 'set'>;
  readonly children: ReactNode;
}) {
  if (selected.size === 0) return null;
  return (
    <section className={styles.bar} aria-label={text.selection.name}>
      <span>{text.selection.count(selected.size)}</span>
      {children}
      <Button look="quiet" onClick={() => set(new Set())}>
        {text.selection.clear}
      </Button>
    </section>
  );
}
