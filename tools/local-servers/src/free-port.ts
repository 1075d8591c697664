import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range from which Linux and macOS choose the local ports of outgoing connections. */
const lowest = 20_000;
const span = 12_000;

/** Ports between the starting points of processes with consecutive ids. */
const stride = 64;

/** Tries before the search fails. */
const attempts = 100;

/**
 * Each process searches upwards from its own starting point and never returns to a port. Two test processes that search
 * at the same moment therefore rarely try the same port.
 */
let next = (process.pid * stride) % span;

/** Returns a TCP port of 127.0.0.1 that was free a moment ago. Another server may still take it first. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const port = lowest + next;
    next = (next + 1) % span;
    if (await canListen(port)) return port;
  }
  throw new Error(`None of ${attempts} ports between ${lowest} and ${lowest + span} was free.`);
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
