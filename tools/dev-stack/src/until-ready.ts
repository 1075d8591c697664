import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChildRun, Program } from './child-run.ts';
import { logTail } from './log-tail.ts';
import { StackError } from './stack-error.ts';

/** Limits only programs that hang: a program that ends is reported at once. */
const readyWithinMs = 5 * 60_000;

/** Waits until the program is ready. Throws StackError with the end of its log if it ends or takes too long. */
export async function untilReady(
  program: Program,
  child: ChildRun,
  stop: AbortSignal,
  timeoutMs = readyWithinMs,
): Promise<void> {
  const tooLate = AbortSignal.timeout(timeoutMs);
  const ended = new AbortController();
  const outcome = await Promise.race([
    answers(program.readyUrl, AbortSignal.any([stop, tooLate, ended.signal])),
    child.exited,
  ]);
  ended.abort();
  stop.throwIfAborted();
  if (outcome === 'ready') return;
  throw await notReady(
    program,
    outcome === 'not ready' ? `was not ready after ${timeoutMs / 1000} s` : `ended (${outcome})`,
  );
}

/** Waits until a program that shares its ports listens. Throws StackError if it ends or takes too long. */
export async function untilStarted(program: Program, child: ChildRun, stop: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(readyWithinMs)]);
  const tooLate = once(signal, 'abort').then(() => `was not ready after ${readyWithinMs / 1000} s`);
  const ended = child.exited.then((how) => `ended (${how})`);
  const outcome = await Promise.race([child.started, ended, tooLate]);
  stop.throwIfAborted();
  if (outcome !== 'started') throw await notReady(program, outcome);
}

async function answers(url: string, signal: AbortSignal): Promise<'ready' | 'not ready'> {
  while (!signal.aborted) {
    const response = await fetch(url, { signal }).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return 'ready';
    await delay(50, undefined, { signal }).catch(() => undefined);
  }
  return 'not ready';
}

async function notReady({ name, logFile }: Program, what: string): Promise<StackError> {
  const tail = await logTail(logFile);
  return new StackError(
    `${name} ${what}. The end of its log:\n\n${tail}\n\nFix the fault and start again. The whole log: ${logFile}`,
  );
}
