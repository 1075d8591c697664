import { readFileSync } from 'node:fs';
import type { Redis } from '@valuecanvas/redis';
import { orAway } from './redis-away-error.ts';

export type ScriptArgument = string | number | Buffer;

/** What scripts answer: a word or a number first, then what belongs to it. */
export type ScriptReply = readonly (Buffer | number)[];

/** Runs on the server, alone and whole. Rejects with RedisAwayError where Redis is away. */
export type Script = (args: readonly ScriptArgument[]) => Promise<ScriptReply>;

const read = (...files: readonly URL[]) => files.map((file) => readFileSync(file, 'utf8')).join('\n');

function define(redis: Redis, name: string, lua: string): Script {
  redis.defineCommand(name, { lua, numberOfKeys: 0 });
  // The variant that leaves answers as bytes: they go on to a socket as they are.
  const command = Reflect.get(redis, `${name}Buffer`) as (...args: unknown[]) => Promise<ScriptReply>;
  return (args) => orAway(command.apply(redis, [...args]));
}

/** The scripts for what calls spend and hold; their keys lie in one Redis, which must not be a cluster. */
export function defineCallScripts(redis: Redis) {
  const callRecord = new URL('./call-record.lua', import.meta.url);
  const cacheEntries = new URL('./cache-entries.lua', import.meta.url);
  const admit = read(callRecord, cacheEntries, new URL('./admit.lua', import.meta.url));
  const settle = read(callRecord, cacheEntries, new URL('./settle.lua', import.meta.url));
  const expire = read(callRecord, new URL('./expire.lua', import.meta.url));
  return {
    admit: define(redis, 'llmAdmit', admit),
    settle: define(redis, 'llmSettle', settle),
    expire: define(redis, 'llmExpire', expire),
    seedCounter: define(redis, 'llmSeedCounter', read(new URL('./seed-counter.lua', import.meta.url))),
    storeAnswer: define(redis, 'llmStoreAnswer', read(new URL('./store-answer.lua', import.meta.url))),
  };
}

export type CallScripts = ReturnType<typeof defineCallScripts>;

/** The scripts for cached answers alone. */
export function defineCacheScripts(redis: Redis) {
  const cacheEntries = new URL('./cache-entries.lua', import.meta.url);
  const store = read(cacheEntries, new URL('./store-entry.lua', import.meta.url));
  const clear = read(cacheEntries, new URL('./clear-entries.lua', import.meta.url));
  return {
    store: define(redis, 'llmStoreEntry', store),
    clear: define(redis, 'llmClearEntries', clear),
  };
}
