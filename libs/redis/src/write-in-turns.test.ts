import { Writable } from 'node:stream';
import { eventually } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { writeInTurns } from './write-in-turns.ts';

/** A socket, and the bytes of each of its system calls. */
function openSocket() {
  const written: string[] = [];
  const socket = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      done();
    },
    writev(chunks, done) {
      written.push(chunks.map(({ chunk }) => String(chunk)).join(''));
      done();
    },
  });
  writeInTurns(socket);
  return { socket, written };
}

test('writes of one event loop turn leave in one system call, later writes in another', async () => {
  const { socket, written } = openSocket();
  for (const command of ['a', 'b', 'c']) socket.write(command);
  expect(written).toEqual([]);
  await eventually(() => expect(written).toEqual(['abc']));
  for (const command of ['d', 'e']) socket.write(command);
  await eventually(() => expect(written).toEqual(['abc', 'de']));
});

test('16 KiB leave before the end of the turn, and later writes wait for it', async () => {
  const { socket, written } = openSocket();
  const large = 'x'.repeat(10_000);
  for (const command of [large, large, 'rest']) socket.write(command);
  expect(written).toEqual([large + large]);
  await eventually(() => expect(written).toEqual([large + large, 'rest']));
});

test('a connection that ends within a turn loses no bytes', async () => {
  const { socket, written } = openSocket();
  socket.write('a');
  socket.end('b');
  await eventually(() => expect(written.join('')).toBe('ab'));
});
