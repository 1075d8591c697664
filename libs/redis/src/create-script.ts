import { hash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { type ScriptArgument, ScriptCommand } from './script-command.ts';

/** A script's reply: bytes and numbers. */
export type ScriptReply = readonly (Buffer | number)[];

/** Runs atomically on the server. Uses no KEYS, so it does not suit a cluster. Rejects as commands do. */
export type Script = (args: readonly ScriptArgument[]) => Promise<ScriptReply>;

/**
 * Creates a Lua script that is called by its digest, and sent whole if the server has not cached it. `defineCommand` of
 * ioredis does the same, but costs each call two more promises and two more functions.
 */
export function createScript(redis: Redis, lua: string): Script {
  const digest = hash('sha1', lua);
  const run = (command: string, script: string, args: readonly ScriptArgument[]) =>
    redis.sendCommand(new ScriptCommand(command, [script, 0, ...args])) as Promise<ScriptReply>;
  return (args) =>
    run('EVALSHA', digest, args).catch((error: Error) => {
      if (!error.message.startsWith('NOSCRIPT')) throw error;
      return run('EVAL', lua, args);
    });
}
