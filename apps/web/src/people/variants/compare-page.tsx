import { useQuery } from '@tanstack/react-query';
import { Link, Navigate, useParams, useSearch } from '@tanstack/react-router';
import { titleOf } from '@valuecanvas/contracts-canvas/title';
import type { ResultOf } from '@valuecanvas/web-client';
import { queryOf, useApi } from '../../api.tsx';
import { buttonClass } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import visually from '../../parts/visually-hidden.module.css';
import { PageHeading } from '../../shell/page-heading.tsx';
import { text } from '../../text/en.ts';
import { panelsText } from '../../text/panels.en.ts';
import frame from '../canvas/frame.module.css';
import { diffWords } from '../history/diff.ts';
import { Added, Removed } from '../history/diff-sheet.tsx';
import styles from './compare-page.module.css';

type Diff = ResultOf<'compareCanvases'>;
type BlockDiff = Diff['blocks'][number];
type ItemDiff = BlockDiff['items'][number];

/** Two canvases side by side, block by block. Without a second canvas, the page leads to the variants of the first one. */
export function ComparePage() {
  const { id } = useParams({ from: '/signed-in/c/$id/compare' });
  const { with: other } = useSearch({ from: '/signed-in/c/$id/compare' });
  if (other === undefined)
    return <Navigate to="/c/$id" params={{ id }} search={{ panel: 'variants' }} replace />;
  return <Comparison before={id} after={other} />;
}

function Comparison({ before, after }: { readonly before: string; readonly after: string }) {
  const api = useApi();
  const {
    data: diff,
    error,
    refetch,
  } = useQuery({
    ...queryOf(api, 'compareCanvases', { params: { id: before }, query: { with: after } }),
    // Both canvases can have changed since the last visit.
    staleTime: 0,
  });
  return (
    <div className={frame.page}>
      <header className={frame.head}>
        <div>
          <PageHeading title={text.canvas.compare} />
          {diff && <p className={styles.summary}>{summaryOf(diff.blocks.flatMap(({ items }) => items))}</p>}
        </div>
        <Link
          className={buttonClass()}
          to="/c/$id/compare"
          params={{ id: after }}
          search={{ with: before }}
          replace
        >
          {panelsText.compare.swap}
        </Link>
      </header>
      {error && <ErrorNotice error={error} retry={() => void refetch()} />}
      {diff && (
        <table className={styles.table}>
          <caption className={visually.hidden}>{panelsText.compare.caption}</caption>
          <thead>
            <tr>
              <Side id={before} />
              <Side id={after} />
            </tr>
          </thead>
          <Words words={diff.words} />
          {diff.blocks.map((block) => (
            <Block key={block.section} block={block} />
          ))}
        </table>
      )}
    </div>
  );
}

/** The head of a column: a link to its canvas. */
function Side({ id }: { readonly id: string }) {
  const api = useApi();
  const { data: canvas } = useQuery(queryOf(api, 'getCanvas', { params: { id } }));
  return (
    <th scope="col">
      {canvas && (
        <Link to="/c/$id" params={{ id }} dir="auto">
          {titleOf(canvas)}
        </Link>
      )}
    </th>
  );
}

/** The words about the business that differ. The titles are the heads of the columns. */
function Words({ words }: { readonly words: Diff['words'] }) {
  const others = words.filter(({ field }) => field !== 'title');
  if (others.length === 0) return null;
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={2} className={styles.block}>
          {panelsText.compare.fields}
        </th>
      </tr>
      {others.map(({ field, before = '', after = '' }) => (
        <tr key={field}>
          <td dir="auto">
            <span className={styles.change}>{text.canvas.words[field]}</span>
            {before}
          </td>
          <td dir="auto">
            <span className={styles.change}>{text.canvas.words[field]}</span>
            {after}
          </td>
        </tr>
      ))}
    </tbody>
  );
}

function Block({ block: { section, items, isReordered } }: { readonly block: BlockDiff }) {
  return (
    <tbody data-block={section}>
      <tr>
        <th scope="rowgroup" colSpan={2} className={styles.block}>
          {text.canvas.blocks[section]}{' '}
          <span className={styles.counts}>
            {items.length > 0 && summaryOf(items)}
            {isReordered && `, ${panelsText.compare.reordered}`}
          </span>
        </th>
      </tr>
      {items.length === 0 && (
        <tr>
          <td colSpan={2} className={styles.kept}>
            {panelsText.compare.empty}
          </td>
        </tr>
      )}
      {[...items.entries()].map(([index, item]) => (
        <Item key={index} item={item} />
      ))}
    </tbody>
  );
}

/** An item of both canvases in one row. Each side shows its own words, with those that the other side lacks marked. */
function Item({ item: { change, before = '', after = '' } }: { readonly item: ItemDiff }) {
  switch (change) {
    case 'kept':
      return (
        <tr className={styles.kept}>
          <td dir="auto">{before}</td>
          <td dir="auto">{after}</td>
        </tr>
      );
    case 'removed':
      return (
        <tr>
          <td dir="auto">
            <Removed>{before}</Removed>
          </td>
          <td />
        </tr>
      );
    case 'added':
      return (
        <tr>
          <td />
          <td dir="auto">
            <Added>{after}</Added>
          </td>
        </tr>
      );
    case 'changed': {
      const parts = [...diffWords(before, after).entries()];
      return (
        <tr>
          <td dir="auto">
            {parts.map(([index, { side, text: part }]) =>
              side === 'before' ? <Removed key={index}>{part}</Removed> : side === 'both' && part,
            )}
          </td>
          <td dir="auto">
            {parts.map(([index, { side, text: part }]) =>
              side === 'after' ? <Added key={index}>{part}</Added> : side === 'both' && part,
            )}
          </td>
        </tr>
      );
    }
  }
}

/** Counts items by their change. Kinds of changes that do not occur are left out. */
function summaryOf(items: readonly ItemDiff[]): string {
  const { changes } = panelsText.compare;
  return (['kept', 'changed', 'added', 'removed'] as const)
    .map((name) => ({ name, count: items.filter(({ change }) => change === name).length }))
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${count} ${changes[name]}`)
    .join(', ');
}
