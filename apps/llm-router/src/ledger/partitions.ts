import type { LedgerStore } from './ledger.store.ts';

/** Milliseconds between two looks; months are made three ahead, so a missed one does not matter. */
const everyMs = 6 * 60 * 60 * 1_000;

/** Sees at once, and from then on every few hours, that the ledger has partitions for the coming months. Returns its end. */
export function keepPartitionsAhead(store: LedgerStore, onError: (error: unknown) => void): () => void {
  const look = () => void store.makePartitions().catch(onError);
  const timer = setInterval(look, everyMs);
  timer.unref();
  look();
  return () => clearInterval(timer);
}
