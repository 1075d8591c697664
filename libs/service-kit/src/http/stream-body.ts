/** Where the bytes of a stream go. */
export interface StreamSink {
  /**
   * Sends whole events, never a part of one. Undefined where the connection took them; where it is full, a promise to
   * wait for before more is written: it resolves when there is room or nobody is left to read, and never rejects.
   * Once `closed`, bytes are dropped.
   */
  write(bytes: Uint8Array | string): Promise<void> | undefined;
  /** Ends the answer; what its producer still has to do is done without the client. */
  end(): void;
  /** Whether nothing can be sent any more: the client has left, or the answer has ended. */
  readonly closed: boolean;
}

/** What is sent before the first byte of a stream. */
export interface StreamHead {
  /** The route's usual status where absent. */
  readonly status?: number;
  /** `text/event-stream` where absent. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Writes a stream; its head is on the way, and the answer ends when it resolves. */
export type StreamProducer = (sink: StreamSink) => Promise<void>;

/** An answer that is written as it comes about. */
export class StreamBody {
  readonly head: StreamHead;
  readonly produce: StreamProducer;

  constructor(head: StreamHead, produce: StreamProducer) {
    this.head = head;
    this.produce = produce;
  }
}

/**
 * Answers with a stream: the head goes out as soon as the handler returns it, so a handler that is not sure yet waits
 * before it does. `produce` is called in any case, though the client may have left. Where it throws, the connection is
 * cut, so that nobody takes a part for the whole; an error that the client shall read, it writes itself and resolves.
 */
export function stream(head: StreamHead, produce: StreamProducer): StreamBody {
  return new StreamBody(head, produce);
}
