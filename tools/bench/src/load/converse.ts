import { connect } from 'node:net';

/** Longest silence before a connection is abandoned, so that load always ends. */
const silenceTimeoutMs = 15_000;

/** Pause before a lost connection is reopened. */
const pauseMs = 20;

/** A client on one connection that sends a request, waits for the whole answer, and sends the next. */
export interface Conversation {
  /** Time on the clock of `performance.now()` after which no connection is opened. */
  readonly endsAt: number;
  /** Returns the next request to send; undefined to stop. */
  ask(): Buffer | undefined;
  /** Receives bytes. */
  hear(bytes: Buffer): 'more' | 'whole' | 'last';
  /** Called if the connection is lost before the answer is complete. */
  lost(reason: string): void;
}

/** Runs a client against a local port until it has no more requests. Never rejects. */
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
    socket.setTimeout(silenceTimeoutMs, () =>
      socket.destroy(new Error(`No data arrived for ${silenceTimeoutMs} ms.`)),
    );
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

/** Returns the port of a local URL. Throws for any other host. */
export function localPort(url: string): number {
  const { hostname, port } = new URL(url);
  if (hostname !== '127.0.0.1') throw new Error('Load goes to 127.0.0.1 only.');
  return Number(port);
}
