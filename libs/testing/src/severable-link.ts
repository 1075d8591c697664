import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A way to a server that a test can cut, as if that server were gone, and mend. It ends with the test. */
export interface SeverableLink {
  /** As the given URL, but through the link. */
  readonly url: string;
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** Opens a link to the server of `target`; it is mended at the port that it had. */
export async function startSeverableLink(target: string): Promise<SeverableLink> {
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
  onTestFinished(cut);
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
