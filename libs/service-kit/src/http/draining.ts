import type { ServerResponse } from 'node:http';

/** The shutdown from a request's view: new work goes to other replicas first, then streams end. */
export interface Draining {
  begin(): void;
  hasBegun(): boolean;
  /** Aborts the signals of all running streams. */
  endStreams(): void;
  /** Returns a signal that aborts when streams have to end. It is released with its response. */
  signalFor(response: ServerResponse): AbortSignal;
}

/**
 * Keeps one controller per call that asks for its signal. A single signal for the process would accumulate the
 * listeners of all streams.
 */
export function createDraining(): Draining {
  const running = new Set<AbortController>();
  let begun = false;
  let streamsEnd = false;
  return {
    begin() {
      begun = true;
    },
    hasBegun: () => begun,
    endStreams() {
      streamsEnd = true;
      for (const stream of running) stream.abort();
      running.clear();
    },
    signalFor(response) {
      const stream = new AbortController();
      if (streamsEnd) stream.abort();
      else if (!response.closed) {
        running.add(stream);
        response.once('close', () => running.delete(stream));
      }
      return stream.signal;
    },
  };
}
