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
