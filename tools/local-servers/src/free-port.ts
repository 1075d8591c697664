import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below what Linux and macOS give to outgoing connections, any of which could take a port between look and use. */
const lowest = 20_000;
const highest = 32_000;

/** Tries before somebody must be listening nearly everywhere. */
const attempts = 100;

/** A TCP port of 127.0.0.1 that was free a moment ago; another server may still take it before you do. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const port = randomInt(lowest, highest);
    if (await canListen(port)) return port;
  }
  throw new Error(`No free port was found between ${lowest} and ${highest}.`);
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
