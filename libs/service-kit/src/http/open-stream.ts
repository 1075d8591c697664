import type { ServerResponse } from 'node:http';
import type { StreamSink } from './stream-body.ts';

const comment = ': ping\n\n';

/** Interval between checks for silence. Cheaper than reading the clock for every event. */
const checkIntervalMs = 5_000;

/** Number of checks without an event after which a comment is sent, so that no silence exceeds 15 s. */
const silentChecks = 3;

/** Time for which an aborted connection may still flush written bytes. */
const flushTimeoutMs = 5_000;

/** Stream whose head has been written. Serves as the producer's sink and lets the kit abort the connection. */
export class OpenStream implements StreamSink {
  readonly #response: ServerResponse;
  #closed: boolean;
  #written = false;
  #checks = 0;
  #room: PromiseWithResolvers<void> | undefined;
  #checkTimer: NodeJS.Timeout | undefined;
  #abortTimer: NodeJS.Timeout | undefined;
  #cut = false;

  /** Set `pings` if the client understands comments, as clients of server-sent events do. */
  constructor(response: ServerResponse, pings: boolean) {
    this.#response = response;
    this.#closed = response.destroyed;
    if (this.#closed) return;
    response.on('drain', () => this.#resume());
    response.once('close', () => this.#close());
    if (pings) this.#checkTimer = setInterval(() => this.#check(), checkIntervalMs).unref();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** True if the kit aborted the connection. */
  get wasCut(): boolean {
    return this.#cut;
  }

  write(bytes: Uint8Array | string): Promise<void> | undefined {
    if (this.#closed) return undefined;
    this.#written = true;
    this.#checks = 0;
    if (this.#response.write(bytes)) return undefined;
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  end(): void {
    if (this.#closed) return;
    this.#close();
    this.#response.end();
  }

  /** Sends the head unless it was sent with the first events. */
  flushHead(): void {
    if (!this.#closed && !this.#written) this.#response.flushHeaders();
  }

  /** Closes the connection without completing the response. Bytes written before may still arrive. */
  cut(): void {
    if (this.#closed) return;
    this.#close();
    this.#cut = true;
    this.#response.socket?.destroySoon();
    this.cutSoon();
  }

  /** Gives the response a moment to complete, then destroys the connection with all bytes in transit. */
  cutSoon(): void {
    if (this.#response.closed || this.#abortTimer) return;
    const abort = (): void => {
      this.#cut = true;
      this.#response.destroy();
    };
    this.#abortTimer = setTimeout(abort, flushTimeoutMs).unref();
    this.#response.once('close', () => clearTimeout(this.#abortTimer));
  }

  #check(): void {
    this.#checks += 1;
    if (this.#checks >= silentChecks && !this.#response.writableNeedDrain) void this.write(comment);
  }

  #resume(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }

  #close(): void {
    this.#closed = true;
    clearInterval(this.#checkTimer);
    this.#resume();
  }
}
