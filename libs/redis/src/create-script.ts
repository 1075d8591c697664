import { hash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { type ScriptArgument, ScriptCommand } from './script-command.ts';

/** What scripts answer with: bytes and numbers. */
export type ScriptReply = readonly (Buffer | number)[];

/** Runs on the server, alone and whole, and without KEYS: not for a cluster. Rejects as commands do. */
export type Script = (args: readonly ScriptArgument[]) => Promise<ScriptReply>;

/**
 * A Lua script that is called by its digest, and sent whole where the server does not have it. ioredis has `defineCommand`
 * for that, which costs each call two promises and two functions more.
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
