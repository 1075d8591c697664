import type { TestRedis } from '@valuecanvas/testing';

/** Ages journal entries that a process claimed but did not store, which count as abandoned only after some seconds. */
export async function passTime(client: TestRedis['client'], stream: string): Promise<void> {
  const taken = (await client.xpending(stream, 'owner', '-', '+', 1_000)) as [id: string][];
  const ids = taken.map(([id]) => id);
  if (ids.length > 0) await client.xclaim(stream, 'owner', 'gone', 0, ...ids, 'IDLE', 3_600_000, 'JUSTID');
}
