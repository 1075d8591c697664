import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Environment } from './settings.ts';

/** A program of the platform that runs as a separate process. */
export interface Program {
  readonly name: string;
  readonly folder: string;
  /** Arguments of node: flags and the script. */
  readonly args: readonly string[];
  readonly environment: Environment;
  /** Health check. Answers 200 once the program is ready. */
  readonly readyUrl: string;
  /** Directs new connections to this program, where a relay holds the ports. */
  readonly takeOver?: () => void;
  /** True if a new process can start before the old one has stopped. */
  readonly overlaps: boolean;
  readonly logFile: string;
}

/** One run of a program. */
export interface ChildRun {
  /** Undefined if it could not be started. */
  readonly pid: number | undefined;
  /** Resolves with the exit code or signal as text. Never rejects. */
  readonly exited: Promise<string>;
  /** Has no effect once the process has ended. */
  signal(signal: NodeJS.Signals): void;
}

/**
 * Starts a program in a new session, so that Ctrl-C in the terminal does not reach it. The program stops when its channel
 * to the starter closes. Its output is appended to its log file.
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
