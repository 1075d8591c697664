import type { ServerResponse } from 'node:http';
import type { Pace } from '../faults/effect.ts';
import type { Answered, Delivery } from './delivery.ts';

/** The outcome of a delivery, reported once. */
export interface Result {
  /** `ended` as intended, `cut` by the simulator, or `aborted` by the client. */
  readonly outcome: 'ended' | 'cut' | 'aborted';
  /** Null if no headers were sent. */
  readonly status: number | null;
  /** Completion tokens that were sent, or null if the provider charges for none. */
  readonly tokens: number | null;
}

/** Sends the delivery at the given pace and reports its outcome. Timers stop when the client disconnects. */
export function deliver(
  response: ServerResponse,
  delivery: Delivery,
  pace: Pace,
  done: (result: Result) => void,
): void {
  if (delivery.kind === 'answer' && isImmediate(delivery, pace)) {
    response.writeHead(delivery.status, delivery.headers as string[]).end(delivery.whole);
    done({
      outcome: 'ended',
      status: delivery.status,
      tokens: delivery.billed ? tokensIn(delivery, delivery.parts.length) : null,
    });
  } else {
    deliverPaced(response, delivery, pace, done);
  }
}

function isImmediate(
  { ending, parts }: Answered,
  { latencyMs, firstByteMs, chunkIntervalMs }: Pace,
): boolean {
  return (
    ending === 'end' && latencyMs === 0 && firstByteMs === 0 && (chunkIntervalMs === 0 || parts.length === 1)
  );
}

function deliverPaced(
  response: ServerResponse,
  delivery: Delivery,
  pace: Pace,
  done: (result: Result) => void,
): void {
  let sent = 0;
  let over = false;
  let timer: NodeJS.Timeout | undefined;

  function finish(outcome: Result['outcome']): void {
    if (over) return;
    over = true;
    clearTimeout(timer);
    const status = response.headersSent ? response.statusCode : null;
    const billed = delivery.kind === 'answer' && delivery.billed && sent > 0;
    done({ outcome, status, tokens: billed ? tokensIn(delivery, sent) : null });
  }

  function after(milliseconds: number, step: () => void): void {
    if (milliseconds > 0) timer = setTimeout(step, milliseconds);
    else step();
  }

  function begin(answer: Answered): void {
    response.writeHead(answer.status, answer.headers as string[]);
    if (pace.firstByteMs > 0 || answer.parts.length === 0) response.flushHeaders();
    after(pace.firstByteMs, () => writeOn(answer));
  }

  function writeOn(answer: Answered): void {
    const until = pace.chunkIntervalMs > 0 ? sent + 1 : answer.parts.length;
    for (const { bytes } of answer.parts.slice(sent, until)) response.write(bytes);
    sent = Math.min(until, answer.parts.length);
    if (sent < answer.parts.length) after(pace.chunkIntervalMs, () => writeOn(answer));
    else conclude(answer);
  }

  function conclude({ ending }: Answered): void {
    if (ending === 'hold') return;
    finish(ending === 'end' ? 'ended' : 'cut');
    if (ending === 'end') response.end();
    else response.socket?.destroySoon();
  }

  response.once('close', () => finish('aborted'));
  after(pace.latencyMs, () => {
    if (delivery.kind === 'answer') begin(delivery);
    else if (delivery.kind === 'reset') {
      finish('cut');
      response.socket?.destroy();
    }
  });
}

function tokensIn({ parts }: Answered, count: number): number {
  return parts[count - 1]?.tokens ?? 0;
}
