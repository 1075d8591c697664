import type { LedgerStore } from './ledger.store.ts';

export interface PartitionMaintenanceOptions {
  readonly store: Pick<LedgerStore, 'makePartitions' | 'dropPartitions'>;
  /** Number of whole months to keep in addition to the current one. 0 keeps all. */
  readonly retentionMonths: number;
  readonly onDropped: (names: readonly string[]) => void;
}

/** One round of maintenance: creates the ledger's partitions for the coming months, and drops those past retention. */
export async function maintainPartitions({
  store,
  retentionMonths,
  onDropped,
}: PartitionMaintenanceOptions): Promise<void> {
  await store.makePartitions();
  if (retentionMonths === 0) return;
  const dropped = await store.dropPartitions(retentionMonths);
  if (dropped.length > 0) onDropped(dropped);
}
