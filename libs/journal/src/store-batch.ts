/**
 * Stores a batch. If the store refuses it, halves it until each invalid item is isolated and passed to `onRefused`.
 * Rejects with the first temporary failure. The same batch may then be passed again.
 */
export async function storeBatch<T>(
  batch: readonly T[],
  how: {
    readonly store: (batch: readonly T[]) => Promise<void>;
    readonly isTemporary: (error: unknown) => boolean;
    readonly onRefused: (item: T, error: unknown) => Promise<void>;
  },
): Promise<void> {
  const [first, ...others] = batch;
  if (first === undefined) return;
  try {
    await how.store(batch);
  } catch (error) {
    if (how.isTemporary(error)) throw error;
    if (others.length === 0) return how.onRefused(first, error);
    const half = Math.ceil(batch.length / 2);
    await storeBatch(batch.slice(0, half), how);
    await storeBatch(batch.slice(half), how);
  }
}
