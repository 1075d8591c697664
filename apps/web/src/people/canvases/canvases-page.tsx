import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useApi } from '../../api.tsx';
import { Button, buttonClass } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { text } from '../../text/en.ts';
import { ago } from '../../text/format.ts';
import { type Canvas, itemCount, titleOf } from '../canvas/blocks.ts';
import styles from './canvases-page.module.css';
import { Miniature } from './miniature.tsx';

/** The canvases of the user, newest first, each as a small picture of itself. */
export function CanvasesPage() {
  const api = useApi();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['listCanvases'],
    queryFn: ({ pageParam, signal }) =>
      api.call.listCanvases({ query: pageParam === undefined ? {} : { cursor: pageParam } }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  const canvases = data?.pages.flatMap(({ items }) => items);
  return (
    <div className={styles.page}>
      <h1>{text.canvases.title}</h1>
      {error && <ErrorNotice error={error} retry={() => void refetch()} />}
      {!canvases && !error && <Skeletons />}
      {canvases?.length === 0 && <Empty />}
      {canvases && canvases.length > 0 && (
        <ul className={styles.grid}>
          {canvases.map((canvas) => (
            <li key={canvas.id}>
              <Card canvas={canvas} />
            </li>
          ))}
        </ul>
      )}
      {hasNextPage && (
        <Button
          className={styles.more ?? ''}
          disabled={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {text.canvases.more}
        </Button>
      )}
    </div>
  );
}

function Card({ canvas }: { readonly canvas: Canvas }) {
  const facts = [
    canvas.industry,
    text.canvases.items(itemCount(canvas)),
    text.canvases.changed(ago(canvas.updatedAt)),
  ];
  return (
    <Link className={styles.card} to="/c/$id" params={{ id: canvas.id }}>
      <Miniature blocks={canvas} />
      <span>
        <span className={styles.title} dir="auto">
          {titleOf(canvas)}
        </span>
        <span className={styles.facts}>{facts.filter(Boolean).join(' · ')}</span>
      </span>
    </Link>
  );
}

function Empty() {
  return (
    <div className={styles.empty}>
      <p>{text.canvases.empty}</p>
      <Link className={buttonClass('primary')} to="/">
        {text.describe.title}
      </Link>
    </div>
  );
}

function Skeletons() {
  return (
    <div className={styles.grid} aria-hidden="true">
      <div className={styles.skeleton} />
      <div className={styles.skeleton} />
      <div className={styles.skeleton} />
    </div>
  );
}
