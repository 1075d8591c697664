import { Command } from 'ioredis';

export type ScriptArgument = string | number | Buffer;

/** What ioredis keeps to itself in a command. */
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
 * A command whose reply stays bytes, and that is forgotten with its reply. ioredis assigns each command a new function as
 * its `reject`; V8 allocates functions that are assigned to properties in the old generation, so that a command, its
 * arguments and its reply outlive every young collection (measured with Node 24). Here it is a variable first.
 */
export class ScriptCommand extends Command {
  constructor(name: string, args: ScriptArgument[]) {
    super(name, args, { replyEncoding: null });
  }
}

// Private to ioredis, so that TypeScript lets nobody override it.
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
