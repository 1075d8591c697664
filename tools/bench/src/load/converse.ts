import { connect } from 'node:net';

/** Milliseconds of silence after which an answer is given up, so that load always ends. */
const patienceMs = 15_000;

/** Milliseconds before a connection that was lost is opened again. */
const pauseMs = 20;

/** One side of a connection that asks, waits for the whole answer and asks again. */
export interface Conversation {
  /** Milliseconds on the clock of `performance.now()` after which no connection is opened. */
  readonly endsAt: number;
  /** The next request, to be sent at once; undefined for no more. */
  ask(): Buffer | undefined;
  /** Takes what has arrived. */
  hear(bytes: Buffer): 'more' | 'whole' | 'last';
  /** The connection was lost before the answer was whole. */
  lost(reason: string): void;
}

/** Converses with a port of this machine until nothing is left to ask. Never rejects. */
export function converse(port: number, conversation: Conversation): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const open = (): void => {
    let reason: string | undefined = 'The connection was closed.';
    const socket = connect(port, '127.0.0.1');
    const ask = (): void => {
      const request = conversation.ask();
      if (request) socket.write(request);
      else {
        reason = undefined;
        socket.destroy();
      }
    };
    socket.setNoDelay(true);
    socket.setTimeout(patienceMs, () => socket.destroy(new Error(`Nothing came for ${patienceMs} ms.`)));
    socket.on('connect', ask);
    socket.on('data', (bytes) => {
      const heard = conversation.hear(bytes);
      if (heard === 'whole') ask();
      else if (heard === 'last') {
        reason = undefined;
        socket.destroy();
      }
    });
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.on('close', () => {
      if (reason !== undefined) conversation.lost(reason);
      if (performance.now() < conversation.endsAt) setTimeout(open, pauseMs);
      else resolve();
    });
  };
  open();
  return promise;
}

/** The port of a URL of this machine; throws for any other. */
export function localPort(url: string): number {
  const { hostname, port } = new URL(url);
  if (hostname !== '127.0.0.1') throw new Error('Load goes to 127.0.0.1 only.');
  return Number(port);
}
