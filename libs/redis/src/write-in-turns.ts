import type { Writable } from 'node:stream';

/** Bytes that leave at once: Redis reads as many in one go, so that more would only come later. */
const fullBytes = 16 * 1024;

/**
 * Lets what is written in one turn of the event loop leave in one system call. Every command is answered as soon as it is
 * done; with ioredis' own pipelining all wait for the last one, and those that come meanwhile for all.
 */
export function writeInTurns(socket: Writable): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let isHeld = false;
  const release = () => {
    isHeld = false;
    socket.uncork();
  };
  socket.write = (...args: unknown[]) => {
    if (!isHeld) {
      isHeld = true;
      socket.cork();
      setImmediate(release);
    }
    const hasRoom = write(...args);
    if (socket.writableLength >= fullBytes) {
      socket.uncork();
      socket.cork();
    }
    return hasRoom;
  };
}
