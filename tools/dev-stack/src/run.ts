import { once } from 'node:events';
import { readyScreen } from './screen.ts';
import type { Environment, Settings } from './settings.ts';
import { startPlatform, type Terminal } from './start-platform.ts';
import { stopOnLoss } from './stop-on-loss.ts';

/**
 * Runs the platform from start to stop. Returns when everything has stopped. Throws the error that prevented the start, or
 * StackError if a database ended during the run.
 */
export async function run(settings: Settings, caller: Environment, terminal: Terminal): Promise<void> {
  const watch = stopOnLoss(terminal);
  const { say, stop, loss } = watch;
  const began = performance.now();
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => {
    if (stop.aborted && !loss.aborted) say('Stopped. The next start continues with the same data.');
  });
  try {
    const ready = await startPlatform(settings, caller, watch, cleanup);
    say(readyScreen({ ...ready, seconds: (performance.now() - began) / 1_000 }));
    if (!stop.aborted) await once(stop, 'abort');
  } catch (error) {
    // A user who interrupts a start does not need the error of the interrupted step.
    if (!stop.aborted) throw error;
  }
  loss.throwIfAborted();
}
