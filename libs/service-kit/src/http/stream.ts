import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import {
  type AppError,
  canStream,
  defaultStreamMaxMs,
  type EventsOf,
  type RouteDefinition,
  successStatus,
  toErrorEnvelope,
} from '@valuecanvas/contracts-core';
import type { FastifyReply } from 'fastify';

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
  readonly abandon: (error: unknown) => void;

  constructor(head: StreamHead, produce: StreamProducer, abandon: (error: unknown) => void) {
    this.head = head;
    this.produce = produce;
    this.abandon = abandon;
  }
}

/**
 * Returns a stream as the reply. The head is sent as soon as the handler returns, so a handler that may still fail
 * returns later. `produce` is called even if the client has disconnected. If it throws, the connection is aborted, so that
 * no client mistakes a part for the whole. To send an error to the client, `produce` writes it and resolves. If the head
 * cannot be sent, `abandon` is called instead, to release what the stream would have used.
 */
export function stream(
  head: StreamHead,
  produce: StreamProducer,
  abandon: (error: unknown) => void = () => undefined,
): StreamBody {
  return new StreamBody(head, produce, abandon);
}

type Named<R extends RouteDefinition> = EventsOf<R>;
type DoneOf<R extends RouteDefinition> = Named<R> extends { readonly done: infer D } ? D : never;

/** Sends the server-sent events of a route. Exactly one of `done`, `fail` and `report` ends the stream. */
export interface ServerEvents<R extends RouteDefinition> {
  /** Sends an event. Returns a promise if the client is slow, as a sink does. `id` counts from 1 unless it is given. */
  send<N extends Exclude<keyof Named<R>, 'done'> & string>(
    name: N,
    data: Named<R>[N],
    id?: string,
  ): Promise<void> | undefined;
  /** Sends the result and ends the response. */
  done(data: DoneOf<R>): void;
  /** Records an error, sends its public envelope as the event `error` and ends the response. */
  fail(error: unknown): void;
  /** Sends the envelope of a failure that this request reports, but that is not its own, and ends the response. */
  report(failure: AppError): void;
}

/** Additional members of the call of an idempotent route with events. */
export interface SendsEvents<R extends RouteDefinition> {
  /** True if the client prefers a stream of events to one JSON answer. */
  readonly wantsEvents: boolean;
  /**
   * Sends an event. The first one opens the stream, so that an earlier failure has its usual status. Does nothing if the
   * client prefers one JSON answer. Can be passed around without its object.
   */
  readonly send: <N extends Exclude<keyof Named<R>, 'done'> & string>(name: N, data: Named<R>[N]) => void;
}

/** Creates the sender of a route's events on its stream. Ids must not contain a line break. */
export function serverEvents<R extends RouteDefinition>(
  call: Pick<StreamingCall, 'recordFailure'> & { readonly requestId: string },
  sink: StreamSink,
): ServerEvents<R> {
  let last = 0;
  const send = (name: string, data: unknown, id?: string): Promise<void> | undefined => {
    last += 1;
    return sink.write(`event: ${name}\nid: ${id ?? last}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const finish = (name: string, data: unknown): void => {
    void send(name, data);
    sink.end();
  };
  return {
    send,
    done: (data) => finish('done', data),
    fail: (error) => finish('error', toErrorEnvelope(call.recordFailure(error), call.requestId)),
    report: (failure) => finish('error', toErrorEnvelope(failure, call.requestId)),
  };
}

/** Status recorded for a response whose client disconnected, as in nginx. */
const clientLeft = 499;

/** Status recorded for a response that the kit aborted. */
const cutByKit = 500;

export const eventStream = 'text/event-stream';

/** The parts of a call on which its stream depends. */
interface StreamingCall {
  readonly signal: AbortSignal;
  extendDeadline(ms: number): void;
  recordFailure(error: unknown): AppError;
}

/** Sends the head of a stream and starts its producer. The reply is hijacked, so Fastify sends nothing more. */
export function sendStream(
  route: RouteDefinition,
  reply: FastifyReply,
  call: StreamingCall,
  body: StreamBody,
): void {
  const stream = openStream(route, reply, call, body);
  void produce(body, stream, call);
  stream.flushHead();
}

function openStream(
  route: RouteDefinition,
  reply: FastifyReply,
  call: StreamingCall,
  body: StreamBody,
): OpenStream {
  try {
    if (!canStream(route))
      throw new Error(`${route.id} returned a stream, which its contract does not declare.`);
    const contentType = body.head.contentType ?? eventStream;
    writeHead(route, reply, body, contentType);
    const stream = new OpenStream(reply.raw, contentType.startsWith(eventStream));
    countUnfinished(reply, stream);
    call.extendDeadline(route.streamMaxMs ?? defaultStreamMaxMs);
    whenAborted(call.signal, () => stream.cutSoon());
    return stream;
  } catch (error) {
    body.abandon(error);
    throw error;
  }
}

function writeHead(
  route: RouteDefinition,
  reply: FastifyReply,
  { head }: StreamBody,
  contentType: string,
): void {
  reply
    .code(head.status ?? successStatus(route))
    .headers({ 'cache-control': 'no-cache', 'x-accel-buffering': 'no', ...head.headers })
    .type(contentType);
  reply.raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
  reply.hijack();
}

async function produce(body: StreamBody, stream: OpenStream, call: StreamingCall): Promise<void> {
  try {
    await body.produce(stream);
    stream.end();
  } catch (error) {
    call.recordFailure(error);
    stream.cut();
  }
}

/** Records responses that end early. Fastify calls no hook for those. */
function countUnfinished({ raw, request, server }: FastifyReply, stream: OpenStream): void {
  const count = (): void => {
    if (!raw.writableFinished) server.recordEnd(request, stream.wasCut ? cutByKit : clientLeft);
  };
  if (raw.closed) count();
  else raw.once('close', count);
}

function whenAborted(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener('abort', act, { once: true });
}

const comment = ': ping\n\n';

/** Interval between checks for silence. Cheaper than reading the clock for every event. */
const checkIntervalMs = 5_000;

/** Number of checks without an event after which a comment is sent, so that no silence exceeds 15 s. */
const silentChecks = 3;

/** Time for which an aborted connection may still flush written bytes. */
const flushTimeoutMs = 5_000;

/** Stream whose head has been written. Serves as the producer's sink and lets the kit abort the connection. */
class OpenStream implements StreamSink {
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
