import { randomFillSync } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';

/** Random bytes are fetched in bulk: a call for each id took longer than the rest of making it. */
const poolBytes = 4_096;

const idBytes = 16;

/** Time at which a UUIDv7 was made: its first 48 bits are milliseconds since the epoch (RFC 9562, 5.7). */
export function timeOfId(uuidv7: string): Date {
  return new Date(Number.parseInt(uuidv7.replaceAll('-', '').slice(0, 12), 16));
}

/** Creates UUIDs of version 7 (RFC 9562), each greater than the previous one. */
export function createIds(now: () => number = Date.now): () => string {
  const pool = Buffer.allocUnsafe(poolBytes);
  let used = poolBytes;
  let lastMs = 0;
  let sequence = 0;
  return () => {
    if (used === poolBytes) {
      randomFillSync(pool);
      used = 0;
    }
    const random = pool.subarray(used, used + idBytes);
    used += idBytes;
    const msecs = Math.max(now(), lastMs);
    // The first id of a millisecond has 31 random bits, which leaves room to increment for the next ones.
    sequence = msecs > lastMs ? random.readUInt32BE(0) >>> 1 : sequence + 1;
    lastMs = msecs;
    return uuidv7({ msecs, seq: sequence, random });
  };
}
