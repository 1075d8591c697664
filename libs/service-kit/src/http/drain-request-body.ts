import type { IncomingMessage } from 'node:http';

/** Time during which a client may keep sending a body that was already answered. */
const lingerMs = 2_000;

/**
 * Reads and discards the rest of a request that was answered before its end. If the server closed the connection at
 * once, the client would lose the response, because a kernel discards received data when a connection is reset
 * (RFC 9112, section 9.6). A client that is still sending after two seconds is disconnected. A client that finishes
 * in time keeps its connection.
 */
export function drainRequestBody(request: IncomingMessage): void {
  // If another reader still waits for bytes, the body flows after that reader has let go of it.
  request.on('data', nothing).resume();
  const timer = setTimeout(() => request.socket.destroySoon(), lingerMs).unref();
  request.once('close', () => clearTimeout(timer));
}

function nothing(): void {}
