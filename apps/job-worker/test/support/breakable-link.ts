import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface BreakableLink {
  /** The target's URL, with this link's own address. */
  readonly url: string;
  /** Cuts all connections and refuses new ones: the server is away. */
  cut(): void;
  mend(): void;
  stop(): Promise<void>;
}

/** A TCP link to a server that a test can cut and mend. */
export async function startBreakableLink(target: string): Promise<BreakableLink> {
  const sockets = new Set<Socket>();
  let broken = false;
  const { hostname, port } = new URL(target);
  const server = createServer((near) => {
    if (broken) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const cut = (): void => {
    broken = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut,
    mend() {
      broken = false;
    },
    async stop() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
