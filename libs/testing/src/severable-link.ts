import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** TCP proxy to a server that a test can cut and restore, as if the server failed. */
export interface SeverableLink {
  /** The given URL with the proxy's address. */
  readonly url: string;
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** Opens a proxy to the server of `target`, which closes with the test. */
export async function startSeverableLink(target: string): Promise<SeverableLink> {
  const link = await openSeverableLink(target);
  onTestFinished(link.cut);
  return link;
}

/** Opens a proxy to the server of `target`, for several tests: cut it at the end. It keeps its port when it is restored. */
export async function openSeverableLink(target: string): Promise<SeverableLink> {
  const url = new URL(target);
  const { hostname: host, port } = url;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  const open = async (at: number): Promise<number> => {
    await once(server.listen(at, '127.0.0.1'), 'listening');
    return (server.address() as AddressInfo).port;
  };
  const cut = async (): Promise<void> => {
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const own = await open(0);
  url.hostname = '127.0.0.1';
  url.port = String(own);
  return {
    url: url.href,
    cut,
    async mend() {
      await open(own);
    },
  };
}
