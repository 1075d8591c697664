import type { Keys, Redis } from '@valuecanvas/redis';
import { keyOfName, readCounterName } from '../../admission/counters.ts';
import type { CounterReading } from './ledger-totals.ts';

/** Number of commands per batch. */
const batchSize = 1_000;

export interface CounterSource {
  readonly redis: Redis;
  readonly keys: Keys;
}

/** Lists the counters in Redis whose periods overlap the interval. */
export async function counterNames(
  { redis, keys }: CounterSource,
  from: Date,
  until: Date,
): Promise<string[]> {
  const base = keyOfName(keys, '');
  const names = new Set<string>();
  for await (const found of redis.scanStream({ match: `${base}*`, count: batchSize })) {
    for (const key of found as string[]) {
      const name = key.slice(base.length);
      const counter = readCounterName(name);
      if (!counter) continue;
      if (counter.startsAt < until.getTime() && counter.endsAt > from.getTime()) names.add(name);
    }
  }
  return [...names].sort();
}

/** Reads counters; missing ones are absent. Throws if a value is not a number. */
export async function readCounters(
  { redis, keys }: CounterSource,
  names: readonly string[],
): Promise<ReadonlyMap<string, bigint>> {
  const counters = new Map<string, bigint>();
  for (let at = 0; at < names.length; at += batchSize) {
    const batch = names.slice(at, at + batchSize);
    const values = await redis.mget(batch.map((name) => keyOfName(keys, name)));
    for (const [index, name] of batch.entries()) {
      const text = values[index];
      if (typeof text !== 'string') continue;
      if (!/^-?\d+$/.test(text)) throw new Error(`The counter ${keyOfName(keys, name)} holds "${text}".`);
      counters.set(name, BigInt(text));
    }
  }
  return counters;
}

/** Pairs both readings of a counter. Counters in only one have expired, or were seeded from the same rows meanwhile. */
export function readings(
  before: ReadonlyMap<string, bigint>,
  after: ReadonlyMap<string, bigint>,
): readonly CounterReading[] {
  return [...before].flatMap(([name, value]) => {
    const later = after.get(name);
    return later === undefined ? [] : [{ name, before: value, after: later }];
  });
}
