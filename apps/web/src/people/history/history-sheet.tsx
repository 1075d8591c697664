import { useQuery } from '@tanstack/react-query';
import { queryOf, useApi } from '../../api.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { text } from '../../text/en.ts';
import { type Content, contentOf, wordNames } from '../canvas/blocks.ts';
import { Added, DiffSheet, Removed } from './diff-sheet.tsx';
import styles from './history.module.css';

/** A revision in place of the canvas, with its differences from another one, or from the canvas as it is. */
export function HistorySheet({
  canvasId,
  revision,
  against,
  present,
}: {
  readonly canvasId: string;
  readonly revision: number;
  readonly against: number | undefined;
  readonly present: Content;
}) {
  const api = useApi();
  const after = useQuery(queryOf(api, 'getRevision', { params: { id: canvasId, n: revision } }));
  const before = useQuery({
    ...queryOf(api, 'getRevision', { params: { id: canvasId, n: against ?? revision } }),
    enabled: against !== undefined,
  });
  const error = after.error ?? before.error;
  if (error) return <ErrorNotice error={error} retry={() => void after.refetch()} />;
  if (!after.data || (against !== undefined && !before.data)) return null;
  const shown = contentOf(after.data);
  const other = against === undefined || !before.data ? present : contentOf(before.data);
  const words = wordNames.filter((name) => shown[name] !== other[name]);
  return (
    <div className={styles.sheet}>
      {words.length > 0 && (
        <dl className={styles.words}>
          {words.map((name) => (
            <div key={name}>
              <dt>{text.canvas.words[name]}</dt>
              <dd dir="auto">
                {other[name] !== '' && <Removed>{other[name]}</Removed>}{' '}
                {shown[name] !== '' && <Added>{shown[name]}</Added>}
              </dd>
            </div>
          ))}
        </dl>
      )}
      <DiffSheet before={other} after={shown} />
    </div>
  );
}
