import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Identifies one process permanently. A pid alone may later belong to another process. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in the format of the operating system, for comparison only. */
  readonly startTime: string;
}

/** The identity of a live process. Undefined for a zombie and for a pid that is not in use. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = describe(pid)?.startTime;
  return startTime ? { pid, startTime } : undefined;
}

export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  return identify(pid)?.startTime === startTime;
}

/** The pid of a live process's parent and the name of its program. */
export function describe(pid: number): { name: string; parent: number; startTime: string } | undefined {
  return process.platform === 'linux' ? describeFromProc(pid) : describeFromPs(pid);
}

function describeFromProc(pid: number) {
  const text = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The second field, the name in parentheses, may itself contain spaces and parentheses.
  const end = text.lastIndexOf(')');
  const [state, parent, ...fields] = text.slice(end + 2).split(' ');
  const startTime = fields[17];
  if (state === 'Z' || startTime === undefined) return undefined;
  return { name: text.slice(text.indexOf('(') + 1, end), parent: Number(parent), startTime };
}

function describeFromPs(pid: number) {
  const args = ['-o', 'ppid=,lstart=,comm=', '-p', String(pid)];
  const line = attempt(() => execFileSync('ps', args, { encoding: 'utf8' })).trim();
  // For example "  412 Tue Dec  1 20:08:21 2026 /bin/sh".
  const [, parent, startTime, path] = /^(\d+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/.exec(line) ?? [];
  if (startTime === undefined || path === undefined) return undefined;
  return { name: path.slice(path.lastIndexOf('/') + 1), parent: Number(parent), startTime };
}

/** The text, or empty if the process has ended. */
function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
