import { Command } from 'ioredis';

export type ScriptArgument = string | number | Buffer;

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
export class ScriptCommand extends Command {
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
