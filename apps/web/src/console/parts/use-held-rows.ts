import { useEffect, useState } from 'react';
import { useAnnounce } from '../../shell/announcer.tsx';
import { consoleText as text } from '../../text/console.en.ts';

/**
 * Holds back rows that arrive while a table is on the screen, so that the table does not move under the reader. `show` lets
 * them in. Rows are shown at once in a table that has none.
 */
export function useHeldRows<Row>(rows: readonly Row[], keyOf: (row: Row) => string) {
  const announce = useAnnounce();
  const [known, setKnown] = useState<ReadonlySet<string>>(new Set());
  const isKnown = (row: Row) => known.has(keyOf(row));
  const show = (all = rows) => setKnown(new Set(all.map(keyOf)));
  if (rows.length > 0 && !rows.some(isKnown)) show();
  const shown = rows.filter(isKnown);
  const waiting = rows.length - shown.length;
  useEffect(() => {
    if (waiting > 0) announce(text.newRows(waiting));
  }, [waiting, announce]);
  return { shown, waiting, show };
}
