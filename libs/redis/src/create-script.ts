import { hash } from 'node:crypto';
import { Command, type Redis } from 'ioredis';

export type ScriptArgument = string | number | Buffer;

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

/** Private members of an ioredis command. */
interface Inside {
  promise: Promise<unknown>;
  resolve: (reply: unknown) => unknown;
  reject: (error: Error) => void;
  isSettled: boolean;
  stringifyArguments(): void;
  _clearTimers(): void;
  _convertValue(resolve: (value: unknown) => void): (reply: unknown) => unknown;
}

/**
 * A command whose reply stays bytes, and that can be collected with its reply. ioredis assigns each command a new function
 * as its `reject`. V8 allocates functions assigned to properties in the old generation, so that the command, its arguments
 * and its reply survive every young collection (measured with Node 24). Assigning it to a variable first avoids that.
 */
class ScriptCommand extends Command {
  constructor(name: string, args: ScriptArgument[]) {
    super(name, args, { replyEncoding: null });
  }
}

// `initPromise` is private in ioredis's types, so TypeScript would refuse an override.
Object.defineProperty(ScriptCommand.prototype, 'initPromise', {
  value(this: Inside) {
    this.stringifyArguments();
    this.promise = new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        this._clearTimers();
        this.isSettled = true;
        reject(error);
      };
      this.resolve = this._convertValue(resolve);
      this.reject = fail;
    });
  },
});
