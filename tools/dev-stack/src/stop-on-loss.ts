import { lastLine } from './log-tail.ts';
import type { NamedServer, OnLoss } from './server-loss.ts';
import { StackError } from './stack-error.ts';
import type { Terminal } from './start-platform.ts';

/** Without its database a service can finish little, and would wait for the whole grace period. */
const patienceMs = 5_000;

export interface LossWatch extends Terminal {
  readonly lost: OnLoss;
  /** Aborts when a server is lost. The reason is a StackError with a message for the user. */
  readonly loss: AbortSignal;
}

/**
 * Wraps a terminal so that the first loss of a server aborts `stop`, and `force` some seconds later. Losses during a stop
 * are ignored.
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
        `Stopped because ${server.name} ended. The next \`npm start\` continues with the same data.`,
      ),
    );
    setTimeout(() => hurry.abort(), patienceMs).unref();
  };
  return { ...terminal, stop, force, lost, loss: loss.signal };
}

async function describe({ name, logFile }: NamedServer, how: string): Promise<string> {
  return `${name} ended (${how}), so the platform stops. Its log, ${logFile}, ends with: ${await lastLine(logFile)}`;
}
