import { lastLine } from './log-tail.ts';
import type { NamedServer, OnLoss } from './server-loss.ts';
import { StackError } from './stack-error.ts';
import type { Terminal } from './start-platform.ts';

/** Without its database hardly anything can be finished; a service may wait for it as long as it is let. */
const patienceMs = 5_000;

export interface LossWatch extends Terminal {
  readonly lost: OnLoss;
  /** Aborted when a server is lost, with the StackError for the person as its reason. */
  readonly loss: AbortSignal;
}

/**
 * A terminal whose `stop` is also aborted by the first loss of a server, and `force` some seconds after it. A loss
 * during a stop is nothing to tell.
 */
export function stopOnLoss(terminal: Terminal): LossWatch {
  const loss = new AbortController();
  const hurry = new AbortController();
  const stop = AbortSignal.any([terminal.stop, loss.signal]);
  const force = AbortSignal.any([terminal.force, hurry.signal]);
  const lost: OnLoss = (server, how) => {
    if (stop.aborted) return;
    void describe(server, how).then(terminal.say);
    loss.abort(
      new StackError(
        `Stopped since ${server.name} ended. The next \`npm start\` continues with the same data.`,
      ),
    );
    setTimeout(() => hurry.abort(), patienceMs).unref();
  };
  return { ...terminal, stop, force, lost, loss: loss.signal };
}

async function describe({ name, logFile }: NamedServer, how: string): Promise<string> {
  return `${name} ended (${how}), so the platform stops. Its log, ${logFile}, ends with: ${await lastLine(logFile)}`;
}
