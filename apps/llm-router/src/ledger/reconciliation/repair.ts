import { readFileSync } from 'node:fs';
import type { Difference } from './compare.ts';
import { readCounterName } from './counter-names.ts';
import type { CounterSource } from './read-counters.ts';

/** What became of a counter: a call was under way, or it has changed since it was compared, and it stays as it is. */
export type Repair = 'repaired' | 'busy' | 'changed';

/** Makes a counter say what ledger and journal say. */
export async function repairCounter(
  { redis, keys }: CounterSource,
  { counter, bookedNanos }: Difference & { readonly kind: 'counter' },
): Promise<Repair> {
  const script = readFileSync(new URL('./repair-counter.lua', import.meta.url), 'utf8');
  const userId = readCounterName(counter.name)?.userId;
  const held = userId === undefined ? keys('held', 'p') : keys('held', 'u', userId);
  const seen = counter.after.toString();
  const key = keys('spent', counter.name);
  return (await redis.eval(script, 2, key, held, seen, bookedNanos.toString())) as Repair;
}
