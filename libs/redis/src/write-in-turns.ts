import type { Writable } from 'node:stream';

/** Flush threshold: Redis reads at most this much at once, so a larger batch would only delay. */
const fullBytes = 16 * 1024;

/**
 * Batches the writes of one event loop turn into one system call. Each command resolves as soon as it is done. With the
 * pipelining of ioredis, each command waits for the last one of its batch, and new commands wait for the whole batch.
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
