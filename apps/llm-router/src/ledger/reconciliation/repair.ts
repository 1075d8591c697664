import { readFileSync } from 'node:fs';
import { heldKey, keyOfName, readCounterName } from '../../admission/counters.ts';
import type { Difference } from './compare.ts';
import type { CounterSource } from './read-counters.ts';

/** Result of a repair: done, or skipped because a call is in flight or the counter has changed. */
export type Repair = 'repaired' | 'busy' | 'changed';

/** Sets a counter to the total of ledger and journal. */
export async function repairCounter(
  { redis, keys }: CounterSource,
  { counter, bookedNanos }: Difference & { readonly kind: 'counter' },
): Promise<Repair> {
  const script = readFileSync(new URL('./repair-counter.lua', import.meta.url), 'utf8');
  const held = heldKey(keys, readCounterName(counter.name)?.userId);
  const seen = counter.after.toString();
  const key = keyOfName(keys, counter.name);
  return (await redis.eval(script, 2, key, held, seen, bookedNanos.toString())) as Repair;
}
