/** Destination of a stream's bytes. */
export interface StreamSink {
  /**
   * Sends bytes, which must be whole events. Returns undefined if the connection accepted them. If its buffer is full,
   * returns a promise to await before the next write. The promise resolves when there is room or the client has
   * disconnected, and never rejects. Bytes written after `closed` are dropped.
   */
  write(bytes: Uint8Array | string): Promise<void> | undefined;
  /** Ends the response. The producer may continue without the client. */
  end(): void;
  /** True if nothing more can be sent, because the client has disconnected or the response has ended. */
  readonly closed: boolean;
}

/** Head of a stream: status, content type and headers. */
export interface StreamHead {
  /** Defaults to the route's usual status. */
  readonly status?: number;
  /** Defaults to `text/event-stream`. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Writes a stream after its head was sent. The response ends when the promise resolves. */
export type StreamProducer = (sink: StreamSink) => Promise<void>;

/** Response that is written piece by piece. */
export class StreamBody {
  readonly head: StreamHead;
  readonly produce: StreamProducer;

  constructor(head: StreamHead, produce: StreamProducer) {
    this.head = head;
    this.produce = produce;
  }
}

/**
 * Returns a stream as the reply. The head is sent as soon as the handler returns, so a handler that may still fail
 * returns later. `produce` is always called, even if the client has disconnected. If it throws, the connection is
 * aborted, so that no client mistakes a part for the whole. To send an error to the client, `produce` writes it and
 * resolves.
 */
export function stream(head: StreamHead, produce: StreamProducer): StreamBody {
  return new StreamBody(head, produce);
}
