import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A proxy to PostgreSQL that stops the first transaction with a given statement at its commit. It closes with the test. */
export interface CommitGate {
  /** The given URL with the proxy's address. */
  readonly url: string;
  /** Resolves once the transaction has been stopped. */
  readonly stopped: Promise<void>;
  /** Cuts the connection of the stopped transaction. */
  cut(): void;
}

/**
 * With `before`, the commit does not reach the server, so nothing is committed. With `after`, the server commits, but its
 * reply does not reach the client.
 */
export async function startCommitGate(
  target: string,
  { statement, side }: { readonly statement: string; readonly side: 'before' | 'after' },
): Promise<CommitGate> {
  const url = new URL(target);
  const { hostname: host, port } = url;
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  let held: Socket | undefined;
  const sockets = new Set<Socket>();

  const server = createServer((near) => {
    const far = connect(Number(port), host);
    let isMarked = false;
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => other.destroy());
    }
    near.on('data', (chunk) => {
      const text = chunk.toString('latin1');
      if (text.includes(statement)) isMarked = true;
      if (!isMarked || held || !text.includes('commit\0')) {
        far.write(chunk);
        return;
      }
      held = near;
      if (side === 'before') {
        stop();
        return;
      }
      far.removeAllListeners('data');
      // The reply shows that the server has committed. It is not forwarded.
      far.once('data', () => stop());
      far.write(chunk);
    });
    far.on('data', (chunk) => near.write(chunk));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return { url: url.href, stopped, cut: () => held?.destroy() };
}
