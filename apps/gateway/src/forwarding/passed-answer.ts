import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { AppError } from '@valuecanvas/contracts-core';
import { dropRest } from '@valuecanvas/service-kit';
import type { FastifyReply } from 'fastify';
import type { Dispatcher } from 'undici';
import { headersToClient } from './passed-headers.ts';

/** Milliseconds that a client may take nothing of what waits for it before it is given up. */
const unreadMs = 60_000;

/** How an answer is counted whose client has left before its end; nginx's number for it. */
const clientLeft = 499;

const left = new Error('The client has gone away.');

/** Hands a service's answer to the client as it comes, without a stream in between: this is the gateway's hot path. */
export class PassedAnswer implements Dispatcher.DispatchHandler {
  readonly #reply: FastifyReply;
  readonly #response: ServerResponse;
  readonly #from: string;
  #attempt: PromiseWithResolvers<void> | undefined;
  #service: Dispatcher.DispatchController | undefined;
  #awaitedBytes = Number.POSITIVE_INFINITY;
  #begun = false;
  #written = false;
  #unfinishedStatus = clientLeft;
  #unread: NodeJS.Timeout | undefined;

  constructor(reply: FastifyReply, from: string) {
    this.#reply = reply;
    this.#response = reply.raw;
    this.#from = from;
    this.#response.once('close', this.#onClose);
  }

  /** Whether nobody waits for the answer any more. */
  get abandoned(): boolean {
    return this.#response.closed;
  }

  /** One attempt: resolves when the answer begins, from when on the reply is no longer Fastify's; rejects before. */
  begins(dispatch: (handler: Dispatcher.DispatchHandler) => void): Promise<void> {
    this.#attempt = Promise.withResolvers();
    dispatch(this);
    return this.#attempt.promise;
  }

  onRequestStart(service: Dispatcher.DispatchController): void {
    // Nothing has been written yet: to throw spares the connection.
    if (this.abandoned) throw left;
    this.#service = service;
  }

  onResponseStart(
    _service: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status < 200) return;
    this.#begun = true;
    this.#reply.hijack();
    this.#reply.code(status);
    const head = headersToClient(headers, this.#reply.getHeaders() as OutgoingHttpHeaders);
    if (headers['content-type']?.includes('text/event-stream')) head['x-accel-buffering'] = 'no';
    const length = headers['content-length'];
    if (length !== undefined) this.#awaitedBytes = Number(length);
    this.#response.writeHead(status, head);
    // What comes with the head leaves with it; otherwise the head does not wait for the first event.
    if (length === undefined) process.nextTick(this.#flushHead);
    this.#attempt?.resolve();
  }

  onResponseData(service: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#written = true;
    this.#awaitedBytes -= chunk.length;
    if (this.#awaitedBytes <= 0) this.#response.end(chunk);
    else if (!this.#response.write(chunk)) this.#holdBack(service);
  }

  onResponseEnd(): void {
    if (!this.#response.writableEnded) this.#response.end();
  }

  onResponseError(_service: Dispatcher.DispatchController, error: Error): void {
    if (!this.#begun) this.#attempt?.reject(error);
    else if (!this.#response.writableEnded && !this.abandoned) this.#breakOff(error);
  }

  readonly #flushHead = (): void => {
    if (!this.#written && !this.#response.writableEnded) this.#response.flushHeaders();
  };

  readonly #onClose = (): void => {
    clearTimeout(this.#unread);
    if (!this.#response.writableEnded) this.#service?.abort(left);
    const { raw } = this.#reply.request;
    if (!raw.complete) dropRest(raw);
    // What ends without its last byte, Fastify tells nobody.
    if (!this.#response.writableFinished) {
      this.#reply.server.recordEnd(this.#reply.request, this.#unfinishedStatus);
    }
  };

  /** What was written before may still arrive, but nobody takes a part for the whole. */
  #breakOff(cause: Error): void {
    const internal = `${this.#from} broke off its answer`;
    const { status } = this.#reply.server.recordFailure(
      new AppError('DEPENDENCY_UNAVAILABLE', { cause, internal }),
      this.#reply.request,
    );
    this.#unfinishedStatus = status;
    this.#response.socket?.destroySoon();
  }

  #holdBack(service: Dispatcher.DispatchController): void {
    service.pause();
    this.#unread = setTimeout(() => this.#response.destroy(), unreadMs);
    this.#response.once('drain', () => {
      clearTimeout(this.#unread);
      service.resume();
    });
  }
}
