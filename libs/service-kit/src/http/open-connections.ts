import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Node keeps the answer that a connection is waiting for here; there is no public way to it. */
type ServingSocket = Socket & { readonly _httpMessage?: ServerResponse | null };

/** Milliseconds between two looks for clients that read nothing: who has taken nothing in between is given up. */
const unreadMs = 60_000;

/**
 * The connections of a server. Kept per connection, as a hook for each answer would cost every request. Whoever lets
 * answers wait for one to two minutes without taking any of them is cut off.
 */
export interface OpenConnections {
  /** Tells who is being served that the connection ends with the answer, where its head has not been sent. */
  askToLeave(): void;
  /**
   * Resolves in a turn of the loop in which nobody waited for being accepted: those who wait in the kernel when a port
   * closes are reset. Node accepts one in each turn.
   */
  allAccepted(): Promise<void>;
}

/** Connections up to which those that have ended are not looked for. */
const fewest = 64;

/**
 * Nothing listens for their ends: with a listener of ours beside Node's own, a request's objects outlive it in V8's old
 * generation, which cost the frame a fifth of its speed and most of its memory (measured with Node 24).
 */
export function watchConnections(server: Server): OpenConnections {
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
    // The first turn may be over already, without its look for who waits.
    allAccepted: () => nextTurn().then(allAccepted),
    askToLeave() {
      for (const { _httpMessage: answer } of sockets) {
        if (answer && !answer.headersSent) answer.setHeader('connection', 'close');
      }
    },
  };
}

/** Bytes of what was written that have gone to the kernel. */
function takenBy({ bytesWritten, writableLength }: ServingSocket): number {
  return bytesWritten - writableLength;
}
