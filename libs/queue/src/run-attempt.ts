import { setTimeout as wait } from 'node:timers/promises';
import Value from 'typebox/value';
import { Interruption, PermanentFailure } from './failures.ts';
import type { JobHandler } from './job-handler.ts';

/** Milliseconds that a handler has to write down its end once its signal is aborted; then it is left behind. */
export const settleMs = 5_000;

/**
 * Runs a handler once, within its definition's time. Throws what the handler throws, PermanentFailure for a payload
 * that does not match, or the signal's Interruption where the handler ignores it.
 */
export async function runAttempt(
  handler: JobHandler,
  payload: unknown,
  attempt: { readonly jobId: string; readonly attempt: number; readonly maxAttempts: number },
  abort: AbortController,
): Promise<void> {
  const { definition } = handler;
  if (!Value.Check(definition.payload, payload)) {
    throw new PermanentFailure(`The payload of ${definition.name} does not match its definition.`);
  }
  const endsAt = performance.now() + definition.timeoutMs;
  const timer = setTimeout(() => abort.abort(new Interruption('timed out')), definition.timeoutMs);
  const context = {
    ...attempt,
    signal: abort.signal,
    remainingMs: () => Math.max(0, endsAt - performance.now()),
  };
  const done = new AbortController();
  try {
    await Promise.race([handler.run(payload as never, context), leftBehind(abort.signal, done.signal)]);
  } finally {
    clearTimeout(timer);
    done.abort();
  }
}

/** Rejects some time after the signal was aborted, unless the attempt is done before. */
async function leftBehind(signal: AbortSignal, done: AbortSignal): Promise<never> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const options = { once: true, signal: done };
  if (signal.aborted) resolve();
  signal.addEventListener('abort', () => resolve(), options);
  await promise;
  await wait(settleMs, undefined, { signal: done }).catch(() => undefined);
  throw signal.reason;
}
