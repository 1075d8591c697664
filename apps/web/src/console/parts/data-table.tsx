import { ArrowDown, ArrowUp } from 'lucide-react';
import type { ReactNode } from 'react';
import visually from '../../parts/visually-hidden.module.css';
import { consoleText as text } from '../../text/console.en.ts';
import styles from './data-table.module.css';
import type { Selection } from './selection.tsx';
import { rowMark, selectMark } from './use-row-keys.ts';

export interface Column<Row> {
  readonly id: string;
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
  /** Figures are aligned at their end. */
  readonly isNumeric?: boolean;
  /** The value to sort by. Without it, the column cannot be sorted by. */
  readonly sortBy?: (row: Row) => number | string;
}

/** A column's ID, with `-` in front for descending order. It stands in the address. */
export type Sort = string | undefined;

// A table that the style sheet lays out as a list loses its meaning for screen readers without explicit roles.
const roles = {
  table: { role: 'table' },
  group: { role: 'rowgroup' },
  row: { role: 'row' },
  head: { role: 'columnheader' },
  rowHead: { role: 'rowheader' },
  cell: { role: 'cell' },
} as const;

/** A table whose first column names the row. On a narrow screen, each row is a list of labelled values. */
export function DataTable<Row>({
  caption,
  isCaptionHidden = false,
  columns,
  rows,
  keyOf,
  sort,
  onSort,
  empty,
  details,
  selection,
}: {
  readonly caption: string;
  readonly isCaptionHidden?: boolean;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly sort?: Sort;
  readonly onSort?: (sort: string) => void;
  readonly empty?: string;
  /** Content below a row, over its whole width. */
  readonly details?: (row: Row) => ReactNode;
  /** Adds checkboxes, with which rows are selected for an action. */
  readonly selection?: Selection<Row> | undefined;
}) {
  const sorted = sortRows(rows, columns, sort);
  const span = columns.length + (selection ? 1 : 0);
  return (
    <table className={styles.table} {...roles.table}>
      <caption className={isCaptionHidden ? visually.hidden : ''}>{caption}</caption>
      <thead {...roles.group}>
        <tr {...roles.row}>
          {selection && <SelectAll rows={rows} keyOf={keyOf} selection={selection} />}
          {columns.map((column) => (
            <Head key={column.id} column={column} sort={sort} onSort={onSort} />
          ))}
        </tr>
      </thead>
      <tbody {...roles.group}>
        {sorted.map((row) => (
          <Row key={keyOf(row)} row={row} columns={columns} span={span} details={details?.(row)}>
            {selection && <Select row={row} id={keyOf(row)} selection={selection} />}
          </Row>
        ))}
        {rows.length === 0 && (
          <tr {...roles.row}>
            <td {...roles.cell} colSpan={span} className={styles.empty}>
              {empty ?? text.none}
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function Head<Row>({
  column: { id, head, isNumeric, sortBy },
  sort,
  onSort,
}: {
  readonly column: Column<Row>;
  readonly sort: Sort;
  readonly onSort: ((sort: string) => void) | undefined;
}) {
  const className = isNumeric ? styles.numeric : '';
  if (!sortBy || !onSort) {
    return (
      <th scope="col" className={className} {...roles.head}>
        {head}
      </th>
    );
  }
  const order = sort === id ? 'ascending' : sort === `-${id}` ? 'descending' : undefined;
  const first = isNumeric ? `-${id}` : id;
  const second = isNumeric ? id : `-${id}`;
  return (
    <th scope="col" className={className} aria-sort={order ?? 'none'} {...roles.head}>
      <button type="button" className={styles.sort} onClick={() => onSort(sort === first ? second : first)}>
        {head}
        {order === 'ascending' && <ArrowUp size={12} aria-hidden="true" />}
        {order === 'descending' && <ArrowDown size={12} aria-hidden="true" />}
      </button>
    </th>
  );
}

function Row<Row>({
  row,
  columns,
  span,
  details,
  children,
}: {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly span: number;
  readonly details: ReactNode;
  /** A cell before the others. */
  readonly children: ReactNode;
}) {
  return (
    <>
      <tr {...roles.row} {...rowMark}>
        {children}
        {columns.map(({ id, head, cell, isNumeric }, index) => {
          const className = isNumeric ? styles.numeric : '';
          return index === 0 ? (
            <th key={id} scope="row" className={className} {...roles.rowHead}>
              {cell(row)}
            </th>
          ) : (
            <td key={id} data-label={head} className={className} {...roles.cell}>
              <span>{cell(row)}</span>
            </td>
          );
        })}
      </tr>
      {details && (
        <tr {...roles.row}>
          <td {...roles.cell} colSpan={span} className={styles.details}>
            {details}
          </td>
        </tr>
      )}
    </>
  );
}

function SelectAll<Row>({
  rows,
  keyOf,
  selection: { selected, set, isSelectable },
}: {
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly selection: Selection<Row>;
}) {
  const keys = rows.filter(isSelectable).map(keyOf);
  const isAll = keys.length > 0 && keys.every((key) => selected.has(key));
  return (
    <th scope="col" className={styles.select} {...roles.head}>
      <input
        type="checkbox"
        aria-label={text.selection.all}
        disabled={keys.length === 0}
        checked={isAll}
        onChange={() => set(new Set(isAll ? [] : keys))}
      />
    </th>
  );
}

function Select<Row>({
  row,
  id,
  selection: { selected, set, isSelectable, nameOf },
}: {
  readonly row: Row;
  readonly id: string;
  readonly selection: Selection<Row>;
}) {
  const others = [...selected].filter((key) => key !== id);
  const toggle = () => set(new Set(selected.has(id) ? others : [...others, id]));
  return (
    <td className={styles.select} {...roles.cell}>
      {isSelectable(row) && (
        <input
          type="checkbox"
          aria-label={text.selection.one(nameOf(row))}
          checked={selected.has(id)}
          onChange={toggle}
          {...selectMark}
        />
      )}
    </td>
  );
}

/** Returns the rows in the given order, or as they are if it names no column that can be sorted by. */
function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: Sort): readonly Row[] {
  const isDescending = sort?.startsWith('-') ?? false;
  const sortBy = columns.find(({ id }) => id === (isDescending ? sort?.slice(1) : sort))?.sortBy;
  if (!sortBy) return rows;
  const direction = isDescending ? -1 : 1;
  return rows.toSorted((a, b) => direction * compare(sortBy(a), sortBy(b)));
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en');
}
