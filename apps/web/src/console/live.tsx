import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { InputOf, ResultOf, RouteName } from '@valuecanvas/web-client';
import { Pause, Play, RefreshCw } from 'lucide-react';
import { createContext, use, useEffect, useState } from 'react';
import { queryOf, useApi } from '../api.tsx';
import { Button } from '../parts/button.tsx';
import { ErrorNotice } from '../parts/error-notice.tsx';
import { useShortcuts } from '../shell/use-shortcuts.ts';
import { consoleText as text } from '../text/console.en.ts';
import styles from './live.module.css';
import { timeOf } from './parts/format.ts';

/** The pause of the console, during which figures are not read again by themselves. */
export const LiveContext = createContext<{
  readonly isPaused: boolean;
  readonly setPaused: (isPaused: boolean) => void;
}>({ isPaused: false, setPaused: () => undefined });

/** Milliseconds between two reads of figures that operators watch. Nothing is read while the page is hidden. */
export const watched = 5_000;
/** Milliseconds between two reads of figures that are costly to compute or change slowly. */
export const slow = 60_000;

/** Reads a route again and again while the page is visible and the console is not paused. */
export function useLive<N extends RouteName>(
  name: N,
  input: InputOf<N>,
  { every, enabled = true }: { readonly every: number; readonly enabled?: boolean },
): UseQueryResult<ResultOf<N>> {
  const api = useApi();
  return useQuery({ ...queryOf(api, name, input), ...useRefresh(every), enabled });
}

/** Options of a query that is read again and again. */
export function useRefresh(every: number) {
  const { isPaused } = use(LiveContext);
  return { staleTime: 0, refetchInterval: isPaused ? (false as const) : every };
}

/** A query, as far as its age and its failure are shown. */
export type Read = Pick<UseQueryResult, 'data' | 'dataUpdatedAt' | 'error' | 'isError' | 'refetch'>;

/** Age of the figures on a screen, with the buttons to renew them. After a failed read it says of when they are. */
export function Freshness({
  reads,
  isLive = false,
}: {
  readonly reads: readonly Read[];
  readonly isLive?: boolean;
}) {
  const { isPaused, setPaused } = use(LiveContext);
  const now = useSeconds();
  const shown = reads.filter(({ dataUpdatedAt }) => dataUpdatedAt > 0);
  const oldest = Math.min(...shown.map(({ dataUpdatedAt }) => dataUpdatedAt));
  const isStale = shown.some(({ isError }) => isError);
  const refresh = () => {
    for (const { refetch } of reads) void refetch();
  };
  const toggle = () => setPaused(!isPaused);
  useShortcuts(isLive ? [{ keys: ['p'], label: text.pauseShortcut, run: toggle }] : []);
  return (
    <div className={styles.freshness}>
      {shown.length > 0 && (
        <span className={isStale ? styles.stale : ''}>
          {isStale || isPaused
            ? text.asOf(timeOf(oldest))
            : text.updated(Math.max(0, Math.round((now - oldest) / 1_000)))}
        </span>
      )}
      <Button
        look="quiet"
        className={styles.icon}
        onClick={refresh}
        aria-label={text.refresh}
        title={text.refresh}
      >
        <RefreshCw size={16} aria-hidden="true" />
      </Button>
      {isLive && (
        <Button
          look="quiet"
          className={styles.icon}
          onClick={toggle}
          aria-pressed={isPaused}
          aria-label={text.pause}
          title={text.pause}
        >
          {isPaused ? <Play size={16} aria-hidden="true" /> : <Pause size={16} aria-hidden="true" />}
        </Button>
      )}
    </div>
  );
}

/** The current time, renewed every second. */
function useSeconds(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** The failure of a read, or a placeholder during the first read. Shows nothing if the last read succeeded. */
export function ReadState({ read }: { readonly read: Read }) {
  if (read.error) return <ErrorNotice error={read.error} retry={() => void read.refetch()} />;
  if (read.data !== undefined) return null;
  return (
    <div className={styles.skeleton} role="img" aria-label={text.loading}>
      <span />
      <span />
      <span />
      <span />
    </div>
  );
}
