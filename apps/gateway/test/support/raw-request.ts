import { once } from 'node:events';
import { connect } from 'node:net';

/** Sends raw bytes, which no client library would send. Returns everything received until the connection ends. */
export async function rawRequest(url: string, bytes: string): Promise<string> {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
