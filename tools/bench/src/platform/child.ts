import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Start timeout, and stop timeout: a service's grace period plus a margin. */
const readyMs = 60_000;
const stopMs = 30_000;

/** A Node program to run as a child process, with its output in a file. */
export interface Program {
  readonly name: string;
  /** Node's flags, the script and its arguments. */
  readonly args: readonly string[];
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** URL that answers once the program is ready; if absent, the program reports readiness and URL itself. */
  readonly readyUrl?: string;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  /** URL that the program reported; empty with a `readyUrl`. */
  readonly url: string;
  readonly process: ChildProcess;
}

/** Starts programs, and stops them in reverse order with `cleanup`. They also end with this process. */
export function createStarter(logs: string, cleanup: AsyncDisposableStack) {
  return async (program: Program): Promise<Child> => {
    const logFile = join(logs, `${program.name}.log`);
    const child = launch(program, logFile);
    cleanup.defer(() => stop(child));
    const waiting = new AbortController();
    const signal = AbortSignal.any([waiting.signal, AbortSignal.timeout(readyMs)]);
    const ready = program.readyUrl ? untilAnswers(program.readyUrl, signal) : untilAnnounced(child, signal);
    const ended = once(child, 'exit', { signal }).then(() => undefined);
    const url = await Promise.race([ready, ended]).catch(() => undefined);
    waiting.abort();
    await Promise.allSettled([ready, ended]);
    if (url === undefined) throw await notReady(program, logFile);
    return { name: program.name, pid: child.pid ?? 0, url, process: child };
  };
}

async function notReady({ name }: Program, logFile: string): Promise<Error> {
  const log = await readFile(logFile, 'utf8');
  return new Error(`${name} ended or was not ready in time. The end of its log:\n${log.slice(-2_000)}`);
}

function launch({ args, folder, environment }: Program, logFile: string): ChildProcess {
  const log = openSync(logFile, 'w', 0o600);
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', log, log, 'ipc'],
    serialization: 'advanced',
  });
  closeSync(log);
  return child;
}

async function untilAnnounced(child: ChildProcess, signal: AbortSignal): Promise<string> {
  const [{ url }] = (await once(child, 'message', { signal })) as [{ url: string }];
  return url;
}

async function untilAnswers(url: string, signal: AbortSignal): Promise<string> {
  for (;;) {
    const answer = await fetch(url, { signal }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return '';
    await wait(50, undefined, { signal });
  }
}

/** Sends SIGTERM, and SIGKILL after the timeout, to this child process only. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await exited;
  clearTimeout(force);
}
