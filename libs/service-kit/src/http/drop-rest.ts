import type { IncomingMessage } from 'node:http';

/** Milliseconds for which a client may go on sending what nobody wants any more, until it has read its answer. */
const lingerMs = 2_000;

/**
 * For a request that was answered before it had come to its end: reads on and keeps nothing. To close at once would make
 * the client lose the answer, as its kernel discards what it has received when a connection is reset (RFC 9112,
 * section 9.6). Whoever does not end is cut off after two seconds; whoever does keeps the connection.
 */
export function dropRest(request: IncomingMessage): void {
  // Whoever has begun to read it may still wait for the next bytes: then it flows once they no longer do.
  request.on('data', nothing).resume();
  const timer = setTimeout(() => request.socket.destroySoon(), lingerMs).unref();
  request.once('close', () => clearTimeout(timer));
}

function nothing(): void {}
