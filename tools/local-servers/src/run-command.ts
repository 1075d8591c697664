import { type ExecFileException, execFile } from 'node:child_process';
import { basename } from 'node:path';

/** Longer than any of our commands takes on a slow network. A hanging command must not hang its caller. */
const PATIENCE_MS = 5 * 60_000;

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
}

/** A command that could not be started or ended with an exit code other than 0. `output` is all of its output. */
export class CommandError extends Error {
  readonly code: string | number | null | undefined;
  readonly output: string;

  constructor(command: string, failure: ExecFileException, output: string) {
    const reason = failure.killed ? 'did not end within 5 minutes' : lastWords(output) || failure.message;
    super(`${basename(command)}: ${reason}`, { cause: failure });
    this.code = failure.code;
    this.output = output;
  }
}

/** Runs a command without a shell and returns its standard output. Throws CommandError. */
export function runCommand(command: string, args: string[], options: CommandOptions = {}): Promise<string> {
  const settings = { cwd: '/', timeout: PATIENCE_MS, maxBuffer: 16 * 1024 * 1024, ...options };
  return new Promise((resolve, reject) => {
    execFile(command, args, settings, (failure, stdout, stderr) => {
      if (failure) reject(new CommandError(command, failure, `${stdout}\n${stderr}`));
      else resolve(stdout);
    }).stdin?.end();
  });
}

/** Returns the line of a log that best explains its end: the last error line, else the last line. */
export function lastWords(log: string): string {
  const lines = log
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  return lines.findLast((line) => /FATAL|PANIC|error|^E: /i.test(line)) ?? lines.at(-1) ?? '';
}
