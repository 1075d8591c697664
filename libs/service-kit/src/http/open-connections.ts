import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Node keeps the answer that a connection is waiting for here; there is no public way to it. */
type ServingSocket = Socket & { readonly _httpMessage?: ServerResponse | null };

/** The connections of a server. Kept per connection, as a hook for each answer would cost every request. */
export interface OpenConnections {
  /** Tells who is being served that the connection ends with the answer, where its head has not been sent. */
  askToLeave(): void;
}

export function watchConnections(server: Server): OpenConnections {
  const sockets = new Set<ServingSocket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    askToLeave() {
      for (const { _httpMessage: answer } of sockets) {
        if (answer && !answer.headersSent) answer.setHeader('connection', 'close');
      }
    },
  };
}
