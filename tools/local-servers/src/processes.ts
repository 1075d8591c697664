import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { LocalServerError } from './local-server-error.ts';
import { runCommand } from './run-command.ts';

/** Returns the command line of a live process, joined by spaces. Undefined for a zombie or an unused pid. */
export async function commandLine(pid: number): Promise<string | undefined> {
  const text =
    process.platform === 'linux'
      ? await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      : await processField(pid, 'command');
  return text.replaceAll('\0', ' ').trim() || undefined;
}

/** Returns the start time of a live process as opaque text. Together with the pid it identifies one process permanently. */
export async function startTime(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return (await processField(pid, 'lstart')).trim() || undefined;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field, the name in parentheses, may itself contain spaces and parentheses.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' ? undefined : fields[18];
}

export interface StopStep {
  signal: NodeJS.Signals;
  patienceMs: number;
}

/** Sends each signal in turn until the process has ended. Throws LocalServerError if it survives them all. */
export async function stopProcess(pid: number, steps: readonly StopStep[]): Promise<void> {
  for (const { signal, patienceMs } of steps) {
    if (!sendSignal(pid, signal) || (await isGoneWithin(pid, patienceMs))) return;
  }
  throw new LocalServerError(`Process ${pid} does not end. End it by hand (kill -9 ${pid}) and start again.`);
}

function processField(pid: number, field: string): Promise<string> {
  return runCommand('ps', ['-ww', '-o', `${field}=`, '-p', String(pid)]).catch(() => '');
}

function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

async function isGoneWithin(pid: number, patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while ((await commandLine(pid)) !== undefined) {
    if (Date.now() > deadline) return false;
    await delay(10);
  }
  return true;
}
