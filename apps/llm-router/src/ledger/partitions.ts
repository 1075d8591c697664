import type { LedgerStore } from './ledger.store.ts';

/** Milliseconds between two looks; months are made three ahead, so a missed one does not matter. */
const everyMs = 6 * 60 * 60 * 1_000;

export interface KeepPartitionsOptions {
  readonly store: Pick<LedgerStore, 'makePartitions' | 'dropPartitions'>;
  /** Whole months that are kept besides the current one; 0 keeps them for ever. */
  readonly retentionMonths: number;
  readonly onDropped: (names: readonly string[]) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Sees at once, and from then on every few hours, that the ledger has partitions for the coming months and none that
 * are older than it is kept. Returns its end.
 */
export function keepPartitions({
  store,
  retentionMonths,
  onDropped,
  onError,
}: KeepPartitionsOptions): () => void {
  const look = async (): Promise<void> => {
    await store.makePartitions();
    if (retentionMonths === 0) return;
    const dropped = await store.dropPartitions(retentionMonths);
    if (dropped.length > 0) onDropped(dropped);
  };
  const lookSafely = () => void look().catch(onError);
  const timer = setInterval(lookSafely, everyMs);
  timer.unref();
  lookSafely();
  return () => clearInterval(timer);
}
