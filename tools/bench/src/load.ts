import { connect } from 'node:net';

/** Sends one request again and again over keep-alive connections for a while; returns how many were answered with 200. */
export async function load(options: {
  readonly url: string;
  readonly request: Buffer;
  readonly connections: number;
  readonly durationMs: number;
}): Promise<number> {
  const { hostname, port } = new URL(options.url);
  if (hostname !== '127.0.0.1') throw new Error('Load goes to 127.0.0.1 only.');
  const endsAt = performance.now() + options.durationMs;
  const one = () => run(Number(port), options.request, endsAt);
  const counts = await Promise.all(Array.from({ length: options.connections }, one));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** An answer has come in whole when its body is as long as its header says. */
function run(port: number, request: Buffer, endsAt: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const socket = connect(port, '127.0.0.1');
  let answered = 0;
  let received = '';
  socket.setNoDelay(true);
  socket.on('connect', () => socket.write(request));
  socket.on('error', reject);
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
    const head = received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
    if (received.length < head + 4 + length) return;
    if (!received.startsWith('HTTP/1.1 200')) {
      reject(new Error(received));
      return;
    }
    answered += 1;
    received = '';
    if (performance.now() < endsAt) socket.write(request);
    else {
      socket.destroy();
      resolve(answered);
    }
  });
  return promise;
}

/** The bytes of a JSON request. */
export function jsonRequest(path: string, headers: Readonly<Record<string, string>>, body: unknown): Buffer {
  const text = JSON.stringify(body);
  const lines = Object.entries({
    host: '127.0.0.1',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${text}`);
}
