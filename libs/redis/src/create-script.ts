import { hash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { type ScriptArgument, ScriptCommand } from './script-command.ts';

/** A script's reply: bytes and numbers. */
export type ScriptReply = readonly (Buffer | number)[];

/**
 * Runs atomically on the server, with values for its named arguments and any number of unnamed ones after them. Uses no
 * KEYS, so it does not suit a cluster. Rejects as commands do.
 */
export type Script<Name extends string> = (
  values: Readonly<Record<Name, ScriptArgument>>,
  unnamed?: readonly ScriptArgument[],
) => Promise<ScriptReply>;

/**
 * Creates a Lua script that is called by its digest, and sent whole if the server has not cached it. `defineCommand` of
 * ioredis does the same, but costs each call two more promises and two more functions.
 *
 * In Lua the arguments are local variables of these names, all of them strings; the unnamed ones are
 * `ARGV[firstUnnamed]` and following.
 */
export function createScript<const Name extends string>(
  redis: Redis,
  names: readonly Name[],
  lua: string,
): Script<Name> {
  const script = `${headerOf(names)}\n${lua}`;
  const digest = hash('sha1', script);
  const run = (command: string, args: ScriptArgument[]) =>
    redis.sendCommand(new ScriptCommand(command, args)) as Promise<ScriptReply>;
  return (values, unnamed) => {
    const args: ScriptArgument[] = [digest, 0];
    for (const name of names) args.push(values[name]);
    if (unnamed) args.push(...unnamed);
    return run('EVALSHA', args).catch((error: Error) => {
      if (!error.message.startsWith('NOSCRIPT')) throw error;
      return run('EVAL', [script, ...args.slice(1)]);
    });
  };
}

/** One line, so that Redis reports errors with line numbers that are only one too high. */
function headerOf(names: readonly string[]): string {
  const firstUnnamed = `local firstUnnamed = ${names.length + 1}`;
  if (names.length === 0) return firstUnnamed;
  const values = names.map((_, index) => `ARGV[${index + 1}]`);
  return `${firstUnnamed} local ${names.join(', ')} = ${values.join(', ')}`;
}
