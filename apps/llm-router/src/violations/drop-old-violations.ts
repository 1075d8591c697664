import type { ViolationsStore } from './violations.store.ts';

/** Milliseconds between two looks. */
const everyMs = 6 * 60 * 60 * 1_000;

const dayMs = 24 * 60 * 60 * 1_000;

export interface DropOldViolationsOptions {
  readonly store: Pick<ViolationsStore, 'deleteBefore'>;
  readonly retentionDays: number;
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
}

/**
 * Deletes, at once and from then on every few hours, the violations that are older than they are kept. Returns its end.
 */
export function dropOldViolations({
  store,
  retentionDays,
  onError,
  now,
}: DropOldViolationsOptions): () => void {
  const look = () => void store.deleteBefore(new Date(now() - retentionDays * dayMs)).catch(onError);
  const timer = setInterval(look, everyMs);
  timer.unref();
  look();
  return () => clearInterval(timer);
}
