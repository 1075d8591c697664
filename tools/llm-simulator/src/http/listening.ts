import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Opens the port and returns its address. Rejects with one sentence if the port is taken. */
export async function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  server.listen({ port, host });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw isTaken(cause)
      ? new Error(`Port ${port} on ${host} is in use; choose another, or 0 for a free one.`, { cause })
      : cause;
  }
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error(`${host}:${port} is not a network address.`);
  return address;
}

/** Closes the port and every connection, answered or not. Resolves at once if it is closed already. */
export async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
