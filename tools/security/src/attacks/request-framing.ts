import { setTimeout as delay } from 'node:timers/promises';
import type { Attack } from './attack.ts';
import type { Target } from './target.ts';

/** A smuggled second request, which must never be answered. */
const hidden = 'GET /health/live HTTP/1.1\r\nhost: probe\r\n\r\n';
const chunked = `0\r\n\r\n${hidden}`;

/** Headers and body of requests that two parsers may interpret differently. */
const ambiguous: readonly (readonly [string, string])[] = [
  ['a length and chunks', `content-length: 6\r\ntransfer-encoding: chunked\r\n\r\n${chunked}`],
  ['chunks and a length', `transfer-encoding: chunked\r\ncontent-length: 6\r\n\r\n${chunked}`],
  ['two lengths', `content-length: 0\r\ncontent-length: ${hidden.length}\r\n\r\n${hidden}`],
  ['two lengths in one', `content-length: 0, ${hidden.length}\r\n\r\n${hidden}`],
  ['a length with a sign', `content-length: +0\r\n\r\n${hidden}`],
  ['a length below zero', `content-length: -1\r\n\r\n${hidden}`],
  ['a hexadecimal length', `content-length: 0x0\r\n\r\n${hidden}`],
  ['an unknown coding', `transfer-encoding: xchunked\r\n\r\n${chunked}`],
  ['chunks that are not last', `transfer-encoding: chunked, identity\r\n\r\n${chunked}`],
  ['two codings', `transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n${chunked}`],
  ['a coding with a vertical tab', `transfer-encoding:\x0bchunked\r\n\r\n${chunked}`],
  ['a space before the colon', `transfer-encoding : chunked\r\n\r\n${chunked}`],
  ['a folded header', `x-probe: a\r\n b\r\ncontent-length: 0\r\n\r\n${hidden}`],
  ['a folded coding', `transfer-encoding:\r\n chunked\r\n\r\n${chunked}`],
  ['bare line feeds', `x-probe: a\ncontent-length: 0\n\n${hidden}`],
  ['a bare carriage return', `x-probe: a\rcontent-length: 5\r\ncontent-length: 0\r\n\r\n${hidden}`],
  ['a null byte', `x-probe: a\0b\r\ncontent-length: 0\r\n\r\n${hidden}`],
  ['a header without a name', `: a\r\ncontent-length: 0\r\n\r\n${hidden}`],
];

const malformedChunks: readonly (readonly [string, string])[] = [
  ['no number', 'zz\r\n'],
  ['a prefix', '0x1\r\na\r\n0\r\n\r\n'],
  ['a sign', '-1\r\na\r\n0\r\n\r\n'],
  ['more than there is', 'fffffffffffffffff\r\na\r\n'],
  ['bare line feeds', '1\na\n0\n\n'],
  ['a line feed in an extension', '1;a\n=b\r\na\r\n0\r\n\r\n'],
  ['a chunk that is too long', '1\r\nabc\r\n0\r\n\r\n'],
];

/** Request smuggling and slow requests. */
export async function attackFraming(attack: Attack): Promise<void> {
  const { target, check, bob } = attack;
  const { host } = new URL(target.url);
  const start = `POST /api/llm/chat HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${bob.token}\r\n`;
  await check('ambiguous requests are refused and end the connection', async (found) => {
    for (const [what, rest] of ambiguous) {
      const { statuses, closed } = await target.sendRaw(`${start}${rest}`);
      if (statuses.join() !== '400') found(`${what}: answered ${statuses.join(', ') || 'nothing'}`);
      if (!closed) found(`${what}: the connection stays open`);
    }
    return `400 to ${ambiguous.length} requests`;
  });
  await check('malformed chunks are neither a body nor a second request', async (found) => {
    const json = 'content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
    const places = [start, `POST /auth/session HTTP/1.1\r\nhost: ${host}\r\n`];
    for (const [what, body] of malformedChunks) {
      for (const place of places) {
        const { statuses, closed } = await target.sendRaw(`${place}${json}${body}${hidden}`);
        const name = `${what} at ${place.split(' ')[1]}`;
        if (statuses.length > 1 || statuses.some((status) => status < 400 || status >= 500)) {
          found(`${name}: answered ${statuses.join(', ')}`);
        }
        if (!closed) found(`${name}: the connection stays open`);
      }
    }
    return `${malformedChunks.length * places.length} requests`;
  });
  await check('a request without a host, and one with huge headers, is refused', async (found) => {
    for (const [what, bytes] of [
      ['no host', 'GET /health/live HTTP/1.1\r\n\r\n'],
      [
        '64 KB of one header',
        `GET /health/live HTTP/1.1\r\nhost: ${host}\r\nx-probe: ${'a'.repeat(65_536)}\r\n\r\n`,
      ],
      ['a path of 64 KB', `GET /${'a'.repeat(65_536)} HTTP/1.1\r\nhost: ${host}\r\n\r\n`],
    ] as const) {
      const { statuses, closed } = await target.sendRaw(bytes);
      if (statuses.some((status) => status < 400)) found(`${what}: answered ${statuses.join(', ')}`);
      if (!closed) found(`${what}: the connection stays open`);
    }
    return '3 requests';
  });
  await attackWithSlowness(attack);
}

/** Milliseconds after which a client that has not completed the head, or the body, is disconnected. */
const longest = { head: 25_000, body: 40_000 };

async function attackWithSlowness(attack: Attack): Promise<void> {
  await attackWithDawdling(attack);
  await attackWithTrickling(attack);
}

async function attackWithTrickling({ target, check, bob }: Attack): Promise<void> {
  await check('a client that never completes its request is disconnected', async (found) => {
    const { host } = new URL(target.url);
    const head = `POST /api/llm/chat HTTP/1.1\r\nhost: ${host}\r\n`;
    const known = `authorization: Bearer ${bob.token}\r\ncontent-type: application/json\r\n`;
    const ends = await Promise.all([
      trickle(target, `${head}x-probe: `, longest.head),
      trickle(target, `${head}${known}content-length: 60000\r\n\r\n`, longest.body),
    ]);
    const [ofHead, ofBody] = ends.map((ms) => ms && `${Math.round(ms / 1_000)} s`);
    if (!ofHead) found(`a head may take longer than ${longest.head / 1_000} s`);
    if (!ofBody) found(`a body may take longer than ${longest.body / 1_000} s`);
    return `after ${ofHead} in the head, after ${ofBody} in the body`;
  });
}

/** Sends one byte every 500 ms. Returns the milliseconds until disconnection, or undefined if it did not happen in time. */
async function trickle(target: Target, begin: string, timeoutMs: number): Promise<number | undefined> {
  const socket = target.connect();
  const began = performance.now();
  socket.resume().write(begin);
  while (performance.now() - began < timeoutMs) {
    if (socket.closed || socket.readableEnded) return performance.now() - began;
    await delay(500);
    if (socket.writable) socket.write('a');
  }
  socket.destroy();
  return undefined;
}

const slowConnections = 50;
const slowMs = 5_000;

/** Longest acceptable duration of a normal request meanwhile. */
const normalMs = 2_000;

async function attackWithDawdling({ target, check, bob }: Attack): Promise<void> {
  await check('slow clients do not delay other clients', async (found) => {
    const { host } = new URL(target.url);
    const sockets = Array.from({ length: slowConnections }, () => target.connect());
    for (const socket of sockets) socket.write(`POST /api/llm/chat HTTP/1.1\r\nhost: ${host}\r\nx-probe: `);
    const end = performance.now() + slowMs;
    let slowest = 0;
    while (performance.now() < end) {
      for (const socket of sockets) if (socket.writable) socket.write('a');
      const began = performance.now();
      const { status } = await target.send({ path: '/api/canvas', token: bob.token });
      slowest = Math.max(slowest, performance.now() - began);
      if (status !== 200) found(`GET /api/canvas answered ${status}`);
      await delay(500);
    }
    for (const socket of sockets) socket.destroy();
    if (slowest > normalMs) found(`a normal request took ${Math.round(slowest)} ms`);
    return `${slowConnections} connections; the slowest normal request took ${Math.round(slowest)} ms`;
  });
}
