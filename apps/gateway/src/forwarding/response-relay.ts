import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { AppError } from '@valuecanvas/contracts-core';
import { closeAfterBody, drainRequestBody } from '@valuecanvas/service-kit';
import type { FastifyReply } from 'fastify';
import type { Dispatcher } from 'undici';
import { headersToClient } from './forwarded-headers.ts';

/** A client that reads nothing of a pending response for this long is disconnected. */
const stallTimeoutMs = 60_000;

/** Status recorded for a response whose client disconnected before its end, as nginx numbers it. */
const clientClosedRequest = 499;

const clientDisconnected = new Error('The client disconnected.');

/** Relays an upstream response to the client, without a stream in between: this is the gateway's hot path. */
export class ResponseRelay implements Dispatcher.DispatchHandler {
  readonly #reply: FastifyReply;
  readonly #response: ServerResponse;
  readonly #from: string;
  #attempt: PromiseWithResolvers<void> | undefined;
  #service: Dispatcher.DispatchController | undefined;
  #remainingBytes = Number.POSITIVE_INFINITY;
  #begun = false;
  #written = false;
  #unfinishedStatus = clientClosedRequest;
  #stallTimer: NodeJS.Timeout | undefined;

  constructor(reply: FastifyReply, from: string) {
    this.#reply = reply;
    this.#response = reply.raw;
    this.#from = from;
    this.#response.once('close', this.#onClose);
  }

  /** True once the client has disconnected. */
  get abandoned(): boolean {
    return this.#response.closed;
  }

  /** Dispatches one attempt. Resolves once the response has started and the reply is hijacked. Rejects before that. */
  start(dispatch: (handler: Dispatcher.DispatchHandler) => void): Promise<void> {
    this.#attempt = Promise.withResolvers();
    dispatch(this);
    return this.#attempt.promise;
  }

  onRequestStart(service: Dispatcher.DispatchController): void {
    // Nothing has been written yet. Throwing here keeps the connection open for other requests.
    if (this.abandoned) throw clientDisconnected;
    this.#service = service;
  }

  onResponseStart(
    _service: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status < 200) return;
    this.#begun = true;
    const { raw } = this.#reply.request;
    if (!raw.complete) closeAfterBody(raw);
    this.#reply.hijack();
    this.#reply.code(status);
    const head = headersToClient(status, headers, this.#reply.getHeaders() as OutgoingHttpHeaders);
    if (headers['content-type']?.includes('text/event-stream')) head['x-accel-buffering'] = 'no';
    const length = headers['content-length'];
    if (length !== undefined) this.#remainingBytes = Number(length);
    this.#response.writeHead(status, head);
    // Data that arrives with the headers is sent with them. Otherwise the headers do not wait for the first event.
    if (length === undefined) process.nextTick(this.#flushHead);
    this.#attempt?.resolve();
  }

  onResponseData(service: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#written = true;
    this.#remainingBytes -= chunk.length;
    if (this.#remainingBytes <= 0) this.#response.end(chunk);
    else if (!this.#response.write(chunk)) this.#pauseUpstream(service);
  }

  onResponseEnd(): void {
    if (!this.#response.writableEnded) this.#response.end();
  }

  onResponseError(_service: Dispatcher.DispatchController, error: Error): void {
    if (!this.#begun) this.#attempt?.reject(error);
    else if (!this.#response.writableEnded && !this.abandoned) this.#abort(error);
  }

  readonly #flushHead = (): void => {
    if (!this.#written && !this.#response.writableEnded) this.#response.flushHeaders();
  };

  readonly #onClose = (): void => {
    clearTimeout(this.#stallTimer);
    if (!this.#response.writableEnded) this.#service?.abort(clientDisconnected);
    const { raw } = this.#reply.request;
    if (!raw.complete) drainRequestBody(raw);
    // Fastify does not report responses that end early.
    if (!this.#response.writableFinished) {
      this.#reply.server.recordEnd(this.#reply.request, this.#unfinishedStatus);
    }
  };

  /** Ends the connection. Data written before still arrives, but the client sees that the response is incomplete. */
  #abort(cause: Error): void {
    const internal = `${this.#from} aborted its response`;
    const { status } = this.#reply.server.recordFailure(
      new AppError('DEPENDENCY_UNAVAILABLE', { cause, internal }),
      this.#reply.request,
    );
    this.#unfinishedStatus = status;
    this.#response.socket?.destroySoon();
  }

  #pauseUpstream(service: Dispatcher.DispatchController): void {
    service.pause();
    this.#stallTimer = setTimeout(() => this.#response.destroy(), stallTimeoutMs);
    this.#response.once('drain', () => {
      clearTimeout(this.#stallTimer);
      service.resume();
    });
  }
}
