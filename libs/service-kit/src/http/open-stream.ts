import type { ServerResponse } from 'node:http';
import type { StreamSink } from './stream-body.ts';

const comment = ': ping\n\n';

/** Milliseconds between two looks at whether anything was sent; cheaper than a clock for every event. */
const lookMs = 5_000;

/** After so many looks without an event a comment is sent: no silence lasts longer than 15 s. */
const silentLooks = 3;

/** Milliseconds for which a connection that is given up may still take what was written. */
const lastWordsMs = 5_000;

/** A stream whose head has been written: the sink of its producer, and the hold that the frame has on it. */
export class OpenStream implements StreamSink {
  readonly #response: ServerResponse;
  #closed: boolean;
  #written = false;
  #looks = 0;
  #room: PromiseWithResolvers<void> | undefined;
  #lookAgain: NodeJS.Timeout | undefined;
  #giveUp: NodeJS.Timeout | undefined;
  #cut = false;

  /** `pings` where the client understands comments, as those of server-sent events do. */
  constructor(response: ServerResponse, pings: boolean) {
    this.#response = response;
    this.#closed = response.destroyed;
    if (this.#closed) return;
    response.on('drain', () => this.#goOn());
    response.once('close', () => this.#close());
    if (pings) this.#lookAgain = setInterval(() => this.#look(), lookMs).unref();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Whether it was the frame that ended the connection. */
  get wasCut(): boolean {
    return this.#cut;
  }

  write(bytes: Uint8Array | string): Promise<void> | undefined {
    if (this.#closed) return undefined;
    this.#written = true;
    this.#looks = 0;
    if (this.#response.write(bytes)) return undefined;
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  end(): void {
    if (this.#closed) return;
    this.#close();
    this.#response.end();
  }

  /** Sends the head unless it has gone out with the first events. */
  flushHead(): void {
    if (!this.#closed && !this.#written) this.#response.flushHeaders();
  }

  /** Gives the connection up without the mark of a complete answer; what was written before may still arrive. */
  cut(): void {
    if (this.#closed) return;
    this.#close();
    this.#cut = true;
    this.#response.socket?.destroySoon();
    this.cutSoon();
  }

  /** Leaves the answer a moment to be completed, then gives the connection up with whatever is still on its way. */
  cutSoon(): void {
    if (this.#response.closed || this.#giveUp) return;
    const giveUp = (): void => {
      this.#cut = true;
      this.#response.destroy();
    };
    this.#giveUp = setTimeout(giveUp, lastWordsMs).unref();
    this.#response.once('close', () => clearTimeout(this.#giveUp));
  }

  #look(): void {
    this.#looks += 1;
    if (this.#looks >= silentLooks && !this.#response.writableNeedDrain) void this.write(comment);
  }

  #goOn(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }

  #close(): void {
    this.#closed = true;
    clearInterval(this.#lookAgain);
    this.#goOn();
  }
}
