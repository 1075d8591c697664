import { setTimeout as delay } from 'node:timers/promises';
import type { ChildRun } from './child-run.ts';

/** A service waits 25 s for its requests and jobs (SHUTDOWN_GRACE_MS). The remaining steps take a moment. */
const drainMs = 30_000;

/** Lets a process finish its work, then ends it. Ends it at once if `force` aborts. Never rejects. */
export async function stopChild(child: ChildRun, force: AbortSignal, patienceMs = drainMs): Promise<void> {
  child.signal('SIGTERM');
  const done = new AbortController();
  const signal = AbortSignal.any([force, done.signal]);
  const enough = delay(patienceMs, undefined, { signal }).catch(() => undefined);
  await Promise.race([child.exited, enough]);
  done.abort();
  child.signal('SIGKILL');
  await child.exited;
}
