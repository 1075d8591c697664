import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Socket with Node's private reference to its current response. There is no public accessor. */
type ServingSocket = Socket & { readonly _httpMessage?: ServerResponse | null };

/** Interval between checks for stalled clients. A client that read nothing since the last check is disconnected. */
const unreadMs = 60_000;

/**
 * Open connections of a server, tracked per connection because a hook per response would cost every request. A client
 * that reads nothing of a pending response for one to two minutes is disconnected.
 */
export interface OpenConnections {
  /** Adds `connection: close` to all pending responses whose head has not been sent. */
  closeAfterResponse(): void;
  /**
   * Resolves after a turn of the event loop without a new connection. Connections that still wait in the kernel when a
   * port closes are reset, and Node accepts one connection per turn.
   */
  allAccepted(): Promise<void>;
}

/** Number of tracked connections below which closed ones are not removed. */
const fewest = 64;

/**
 * Tracks the connections of a server without listening for their `close` events. With such a listener, a request's
 * objects were promoted to V8's old generation, which cost a fifth of the throughput and most of the memory (measured
 * with Node 24).
 */
export function trackConnections(server: Server): OpenConnections {
  let sockets = new Set<ServingSocket>();
  let most = fewest;
  let taken = new Map<ServingSocket, number>();
  let accepted = 0;
  const look = setInterval(() => {
    const waiting = [...sockets].filter(({ writableLength }) => writableLength > 0);
    for (const socket of waiting) if (taken.get(socket) === takenBy(socket)) socket.destroy();
    taken = new Map(waiting.map((socket) => [socket, takenBy(socket)]));
  }, unreadMs).unref();
  server.on('close', () => clearInterval(look));
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    sockets.add(socket);
    if (sockets.size <= most) return;
    sockets = new Set([...sockets].filter(({ destroyed }) => !destroyed));
    most = Math.max(fewest, 2 * sockets.size);
  });
  const allAccepted = async (): Promise<void> => {
    const before = accepted;
    await nextTurn();
    if (accepted > before) return allAccepted();
  };
  return {
    // The current turn may have passed its poll phase already, so the first one does not count.
    allAccepted: () => nextTurn().then(allAccepted),
    closeAfterResponse() {
      for (const { _httpMessage: answer } of sockets) {
        if (answer && !answer.headersSent) answer.setHeader('connection', 'close');
      }
    },
  };
}

/** Returns the number of written bytes that the kernel has accepted. */
function takenBy({ bytesWritten, writableLength }: ServingSocket): number {
  return bytesWritten - writableLength;
}
