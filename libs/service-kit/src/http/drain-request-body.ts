import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** A client that sends nothing for this long is disconnected, although its request is incomplete. */
const pauseMs = 2_000;

/** Time during which a client may keep sending a request that was already answered. */
const lingerMs = 15_000;

/**
 * Reads and discards the rest of a request that was answered before its end. If the server closed the connection at
 * once, the client would lose the response, because a kernel discards received data when a connection is reset
 * (RFC 9112, section 9.6). A client that pauses for two seconds, or is still sending after fifteen, is disconnected. A client
 * that finishes in time keeps its connection, unless the response announced its end.
 */
export function drainRequestBody(request: IncomingMessage): void {
  const stop = disconnectLingering(request.socket);
  // If another reader still waits for bytes, the body flows after that reader has let go of it.
  request.on('data', stop.postpone).resume();
  request.once('close', stop.cancel);
}

/**
 * Prevents Node from closing the connection as soon as the response of this incomplete request is sent, which it does if the
 * client or the response has asked for `connection: close`. The connection is half-closed instead, and closed once the rest
 * of the request was read.
 */
export function closeAfterBody(request: IncomingMessage): void {
  const { socket } = request;
  let isClosing = false;
  socket.destroySoon = () => {
    isClosing = true;
    socket.end();
  };
  request.once('close', () => {
    Reflect.deleteProperty(socket, 'destroySoon');
    if (isClosing) socket.destroySoon();
  });
}

/** Reads and discards what a client still sends after its last response, until it stops or is disconnected. */
export function drainSocket(socket: Socket): void {
  const stop = disconnectLingering(socket);
  socket.on('data', stop.postpone).resume();
  socket.once('end', () => socket.destroy());
  socket.once('close', stop.cancel);
}

function disconnectLingering(socket: Socket): { postpone(): void; cancel(): void } {
  const disconnect = () => socket.destroy();
  const pause = setTimeout(disconnect, pauseMs).unref();
  const linger = setTimeout(disconnect, lingerMs).unref();
  return {
    postpone: () => void pause.refresh(),
    cancel() {
      clearTimeout(pause);
      clearTimeout(linger);
    },
  };
}
