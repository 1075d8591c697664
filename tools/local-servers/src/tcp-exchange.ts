import { connect } from 'node:net';

const PATIENCE_MS = 2000;

/** Sends bytes to a port of 127.0.0.1 and returns the reply once it is `complete`, or undefined if it never is. */
export function tcpExchange(
  port: number,
  request: Buffer,
  complete: (reply: Buffer) => boolean,
): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    let reply = Buffer.alloc(0);
    const socket = connect({ host: '127.0.0.1', port, timeout: PATIENCE_MS });
    const finish = (result?: Buffer) => {
      socket.destroy();
      resolve(result);
    };
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      reply = Buffer.concat([reply, chunk]);
      if (complete(reply)) finish(reply);
    });
    socket.on('timeout', () => finish());
    socket.on('error', () => finish());
    socket.on('close', () => finish());
  });
}
