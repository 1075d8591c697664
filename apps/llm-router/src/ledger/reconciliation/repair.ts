import { readFileSync } from 'node:fs';
import type { Difference } from './compare.ts';
import { readCounterName } from './counter-names.ts';
import type { CounterSource } from './read-counters.ts';

/** Result of a repair: done, or skipped because a call is in flight or the counter has changed. */
export type Repair = 'repaired' | 'busy' | 'changed';

/** Sets a counter to the total of ledger and journal. */
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
