import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Names one process for good: a pid alone is given to another process some day. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, as the system tells it: only good for comparing. */
  readonly startTime: string;
}

/** Undefined where no such process lives; a zombie does not. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = process.platform === 'linux' ? startTimeFromProc(pid) : startTimeFromPs(pid);
  return startTime ? { pid, startTime } : undefined;
}

export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  return identify(pid)?.startTime === startTime;
}

function startTimeFromProc(pid: number): string | undefined {
  const text = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The second field, the name in parentheses, may itself contain spaces and parentheses.
  const [state, ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' ? undefined : fields[18];
}

function startTimeFromPs(pid: number): string {
  return attempt(() => execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' })).trim();
}

/** Both ways fail where the process is gone. */
function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
