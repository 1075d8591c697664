import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, type ProcessIdentity } from './process-identity.ts';
import { readRunRecord } from './run-record.ts';
import { StackError } from './stack-error.ts';

/** Services stop by themselves when their starter ends, so most of this time has usually passed already. */
const timeoutMs = 15_000;

/**
 * Ends processes that an earlier run has left and returns their names. An unrelated process with the same pid is left
 * alone. Throws StackError if the starter of that run still lives.
 */
export async function stopLeftovers(recordFile: string): Promise<string[]> {
  const record = readRunRecord(recordFile);
  if (record === undefined) return [];
  if (isAlive(record.starter)) throw runsAlready(record.starter.pid);
  const left = Object.entries(record.processes).filter(([, identity]) => isAlive(identity));
  await Promise.all(left.map(([, identity]) => end(identity)));
  return left.map(([name]) => name);
}

async function end(identity: ProcessIdentity): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    send(identity, signal);
    if (await isGoneWithin(identity, timeoutMs)) return;
  }
  throw new StackError(
    `Process ${identity.pid} of an earlier run does not end. End it by hand (kill -9 ${identity.pid}) and start again.`,
  );
}

function send({ pid }: ProcessIdentity, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH') throw error;
  }
}

async function isGoneWithin(identity: ProcessIdentity, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (isAlive(identity)) {
    if (performance.now() > deadline) return false;
    await delay(20);
  }
  return true;
}

function runsAlready(pid: number): StackError {
  return new StackError(
    `The platform is already running (process ${pid}). Stop it with Ctrl-C, or start another clone with \`PORT=3001 npm start\`.`,
  );
}
