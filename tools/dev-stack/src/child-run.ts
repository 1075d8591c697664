import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Environment } from './settings.ts';

/** A program of ours as its own process. */
export interface Program {
  readonly name: string;
  readonly folder: string;
  /** Of node: flags and the script. */
  readonly args: readonly string[];
  readonly environment: Environment;
  /** Answers 200 once the program can do its work. */
  readonly readyUrl: string;
  readonly logFile: string;
}

/** One life of a program. */
export interface ChildRun {
  /** Undefined where it could not even be started. */
  readonly pid: number | undefined;
  /** How it ended, in words. Never rejects. */
  readonly exited: Promise<string>;
  /** Does nothing once it has ended. */
  signal(signal: NodeJS.Signals): void;
}

/**
 * Starts a program in a session of its own, so that a terminal's Ctrl-C does not reach it, and with a channel
 * whose end tells it that its starter is gone. Its output is added to its log file.
 */
export function startChild(program: Program): ChildRun {
  const log = openSync(program.logFile, 'a', 0o600);
  const child = spawn(process.execPath, program.args, {
    cwd: program.folder,
    env: program.environment,
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const { promise: exited, resolve } = Promise.withResolvers<string>();
  child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  child.on('error', (error) => resolve(error.message));
  return { pid: child.pid, exited, signal: (signal) => void child.kill(signal) };
}
