import { setTimeout as wait } from 'node:timers/promises';

/** Repeats an assertion until it passes and returns its value. Throws its last failure after `timeoutMs`. */
export async function eventually<T>(
  assertion: () => T | Promise<T>,
  { timeoutMs = 20_000, everyMs = 20 }: { readonly timeoutMs?: number; readonly everyMs?: number } = {},
): Promise<T> {
  const endsAt = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await assertion();
    } catch (failure) {
      if (performance.now() >= endsAt) throw failure;
      await wait(everyMs);
    }
  }
}
