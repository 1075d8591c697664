import type { ServerResponse } from 'node:http';

/** The shutdown as requests see it: first new work goes elsewhere, then streams end. */
export interface Draining {
  begin(): void;
  hasBegun(): boolean;
  /** Aborts the signals of all streams that still run. */
  endStreams(): void;
  /** Returns a signal that aborts when streams have to end; it is forgotten with its response. */
  signalFor(response: ServerResponse): AbortSignal;
}

/**
 * Keeps one controller for each call that asks. A single signal for the process would collect the listeners of all
 * streams.
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
