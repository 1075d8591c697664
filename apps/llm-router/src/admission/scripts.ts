import { readFileSync } from 'node:fs';
import { createScript, type Redis, type Script } from '@valuecanvas/redis';
import { orAway } from './redis-away-error.ts';

/** Concatenates files into one script; later files use names of earlier ones. Rejects with RedisAwayError in an outage. */
function define(redis: Redis, ...files: readonly URL[]): Script {
  const script = createScript(redis, files.map((file) => readFileSync(file, 'utf8')).join('\n'));
  return (args) => orAway(script(args));
}

/** Scripts for spending and reservations. All their keys are in one Redis, which must not be a cluster. */
export function defineCallScripts(redis: Redis) {
  const callRecord = new URL('./call-record.lua', import.meta.url);
  const cacheEntries = new URL('./cache-entries.lua', import.meta.url);
  return {
    admit: define(redis, callRecord, cacheEntries, new URL('./admit.lua', import.meta.url)),
    settle: define(redis, callRecord, cacheEntries, new URL('./settle.lua', import.meta.url)),
    expire: define(redis, callRecord, new URL('./expire.lua', import.meta.url)),
    seedCounter: define(redis, new URL('./seed-counter.lua', import.meta.url)),
    storeAnswer: define(redis, new URL('./store-answer.lua', import.meta.url)),
  };
}

export type CallScripts = ReturnType<typeof defineCallScripts>;

/** Scripts for a separate answer cache. */
export function defineCacheScripts(redis: Redis) {
  const cacheEntries = new URL('./cache-entries.lua', import.meta.url);
  return {
    store: define(redis, cacheEntries, new URL('./store-entry.lua', import.meta.url)),
    clear: define(redis, cacheEntries, new URL('./clear-entries.lua', import.meta.url)),
  };
}
