import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { titleOf } from '@valuecanvas/contracts-canvas/title';
import { Suspense, useEffect, useRef, useState } from 'react';
import { useApi } from '../../api.tsx';
import { Button, buttonClass } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { lazyPart } from '../../parts/lazy-part.ts';
import { useAnnounce } from '../../shell/announcer.tsx';
import { PageHeading } from '../../shell/page-heading.tsx';
import { useShortcuts } from '../../shell/use-shortcuts.ts';
import { text } from '../../text/en.ts';
import { ago } from '../../text/format.ts';
import { type Canvas, itemCount } from '../canvas/blocks.ts';
import styles from './canvases-page.module.css';
import { Miniature } from './miniature.tsx';
import { useDeletion } from './use-deletion.ts';

const CardMenu = lazyPart(async () => (await import('./card-menu.tsx')).CardMenu);

/** Search and order of the list, as in the address of the page. */
export interface CanvasesSearch {
  readonly search?: string;
  readonly sort?: 'updated';
  /** Shows the canvases that were deleted and can be recovered. */
  readonly deleted?: true;
}

/** The canvases of the user, newest first, each as a small picture of itself. */
export function CanvasesPage() {
  const api = useApi();
  const announce = useAnnounce();
  const wanted: CanvasesSearch = useSearch({ from: '/signed-in/canvases' });
  const { remove, recover } = useDeletion();
  const navigate = useNavigate();
  useShortcuts([
    {
      keys: ['/'],
      label: text.shortcuts.search,
      run: () => document.querySelector<HTMLElement>('[data-search]')?.focus(),
    },
    { keys: ['n'], label: text.shortcuts.newCanvas, run: () => void navigate({ to: '/' }) },
  ]);
  const {
    data,
    error,
    refetch,
    hasNextPage,
    fetchNextPage,
    isFetchingNextPage,
    isPlaceholderData: isStale,
  } = useInfiniteQuery({
    queryKey: ['listCanvases', wanted],
    queryFn: ({ pageParam: cursor, signal }) =>
      api.call.listCanvases({ query: cursor === undefined ? wanted : { ...wanted, cursor } }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  const canvases = data?.pages.flatMap(({ items }) => items);
  const count = canvases?.length;
  const isSearch = wanted.search !== undefined;
  useEffect(() => {
    if (isSearch && !isStale && count !== undefined) announce(text.canvases.found(count, hasNextPage));
  }, [isSearch, isStale, count, hasNextPage, announce]);

  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <PageHeading title={wanted.deleted ? text.canvases.deletedTitle : text.canvases.title} />
        {(isSearch || wanted.deleted || count !== 0) && <Filters wanted={wanted} />}
      </div>
      {wanted.deleted && <p className={styles.note}>{text.canvases.deletedHint}</p>}
      {error && <ErrorNotice error={error} retry={() => void refetch()} />}
      {!canvases && !error && <Skeletons />}
      {count === 0 && <Empty wanted={wanted} />}
      {canvases && canvases.length > 0 && (
        <ul className={styles.grid} aria-busy={isStale || undefined}>
          {canvases.map((canvas) => (
            <li key={canvas.id} className={styles.entry}>
              {wanted.deleted ? (
                <>
                  <div className={styles.card}>
                    <CardContent canvas={canvas} />
                  </div>
                  <Button
                    aria-label={text.canvases.recoverOne(titleOf(canvas))}
                    onClick={() => void recover(canvas)}
                  >
                    {text.canvases.recover}
                  </Button>
                </>
              ) : (
                <>
                  <Link
                    className={styles.card}
                    to="/c/$id"
                    params={{ id: canvas.id }}
                    viewTransition={!isMotionReduced()}
                    onClick={({ currentTarget }) => nameForTransition(currentTarget)}
                  >
                    <CardContent canvas={canvas} />
                  </Link>
                  <span className={styles.menu}>
                    <Suspense>
                      <CardMenu title={titleOf(canvas)} onDelete={() => void remove(canvas)} />
                    </Suspense>
                  </span>
                </>
              )}
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
      <Link className={styles.other} to="/canvases" search={wanted.deleted ? {} : { deleted: true }}>
        {wanted.deleted ? text.canvases.back : text.canvases.deletedTitle}
      </Link>
    </div>
  );
}

function isMotionReduced(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** The picture of a card grows into the canvas, which has the same name for the transition. */
function nameForTransition(card: HTMLElement): void {
  card.querySelector('svg')?.style.setProperty('view-transition-name', 'canvas');
}

/** The list follows the typing after a pause. */
const searchMs = 250;

function Filters({ wanted }: { readonly wanted: CanvasesSearch }) {
  const navigate = useNavigate();
  const [typed, setTyped] = useState(wanted.search ?? '');
  const applied = useRef(typed);
  useEffect(() => {
    const timer = setTimeout(() => {
      const search = typed.trim();
      if (search === applied.current) return;
      applied.current = search;
      const change = ({ search: _before, ...rest }: CanvasesSearch) => (search ? { ...rest, search } : rest);
      void navigate({ to: '/canvases', search: change, replace: true });
    }, searchMs);
    return () => clearTimeout(timer);
  }, [typed, navigate]);
  const sortBy = (value: string) => {
    const change = ({ sort: _before, ...rest }: CanvasesSearch): CanvasesSearch =>
      value === 'updated' ? { ...rest, sort: 'updated' } : rest;
    void navigate({ to: '/canvases', search: change, replace: true });
  };
  return (
    <search className={styles.filters}>
      <input
        className={styles.search}
        type="search"
        data-search
        aria-label={text.canvases.search}
        placeholder={text.canvases.search}
        maxLength={200}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
      />
      <select
        className={styles.sort}
        aria-label={text.canvases.sort}
        value={wanted.sort ?? 'created'}
        onChange={({ target }) => sortBy(target.value)}
      >
        <option value="created">{text.canvases.byCreation}</option>
        <option value="updated">{text.canvases.byChange}</option>
      </select>
    </search>
  );
}

function CardContent({ canvas }: { readonly canvas: Canvas }) {
  const facts = [
    canvas.industry,
    text.canvases.items(itemCount(canvas)),
    text.canvases.changed(ago(canvas.updatedAt)),
  ];
  return (
    <>
      <Miniature blocks={canvas} />
      <span>
        <span className={styles.title} dir="auto">
          {titleOf(canvas)}
        </span>
        <span className={styles.facts}>{facts.filter(Boolean).join(' · ')}</span>
      </span>
    </>
  );
}

function Empty({ wanted: { search, deleted } }: { readonly wanted: CanvasesSearch }) {
  if (search !== undefined) return <p className={styles.empty}>{text.canvases.nothingFound(search)}</p>;
  if (deleted) return <p className={styles.empty}>{text.canvases.nothingDeleted}</p>;
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
