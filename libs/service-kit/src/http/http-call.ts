import {
  AppError,
  headers,
  idempotencyKeyPattern,
  maxIdempotencyKeyLength,
  type Principal,
  publicHeaders,
} from '@valuecanvas/contracts-core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import type { Logger } from 'pino';
import type { Call } from './call.ts';
import { pageOf } from './cursor.ts';

const keyPattern = new RegExp(idempotencyKeyPattern);

/**
 * Call over HTTP. Expensive parts (the abort signal, its timer, the child logger) are created on first use, because
 * most requests never need them.
 */
export class HttpCall implements Call {
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  readonly #serviceLog: Logger;
  readonly idempotencyKey: string | undefined;
  #abort: AbortController | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #draining: AbortSignal | undefined;
  #log: Logger | undefined;

  constructor(request: FastifyRequest, reply: FastifyReply, log: Logger) {
    this.#request = request;
    this.#reply = reply;
    this.#serviceLog = log;
    this.idempotencyKey = request.routeConfig.operation?.idempotent ? idempotencyKeyOf(request) : undefined;
  }

  get requestId(): string {
    return this.#request.id;
  }

  get principal(): never {
    return this.#request.principal as Principal as never;
  }

  /** Id of the route that serves this call. `operation` is the one with which the request entered the platform. */
  get routeId(): string {
    return this.#request.routeConfig.operation?.id ?? 'unknown';
  }

  get operation(): string {
    return this.header(headers.operation) ?? this.routeId;
  }

  get jobId(): string | undefined {
    return this.header(headers.job);
  }

  get storedAnswerOnly(): boolean {
    return this.header(headers.storedAnswerOnly) === 'true';
  }

  get params(): never {
    return this.#request.params as never;
  }

  get query(): never {
    return this.#request.query as never;
  }

  get page(): never {
    return pageOf(this.#request) as never;
  }

  get body(): never {
    return this.#request.body as never;
  }

  get bodyText(): string | undefined {
    return this.#request.bodyText;
  }

  get log(): Logger {
    this.#log ??= this.#serviceLog.child({
      requestId: this.#request.id,
      operation: this.#request.routeConfig.operation?.id,
    });
    return this.#log;
  }

  get signal(): AbortSignal {
    this.#abort ??= this.#watch();
    return this.#abort.signal;
  }

  get draining(): AbortSignal {
    this.#draining ??= this.#request.server.draining.signalFor(this.#reply.raw);
    return this.#draining;
  }

  get lastEventId(): string | undefined {
    return this.header('last-event-id') || undefined;
  }

  accepts<const T extends string>(...types: readonly T[]): T | undefined {
    return new Negotiator(this.#request).mediaType([...types]) as T | undefined;
  }

  prefers(preference: string): boolean {
    const preferences = this.header('prefer')?.split(/[,;]/) ?? [];
    return preferences.some((stated) => stated.trim().toLowerCase() === preference);
  }

  remainingMs(): number {
    return Math.max(0, this.#request.deadlineAt - performance.now());
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  recordFailure(error: unknown): AppError {
    return this.#request.server.recordFailure(error, this.#request);
  }

  /** Moves the deadline to `ms` from now, for a stream whose head was sent in time. */
  extendDeadline(ms: number): void {
    this.#request.deadlineAt = performance.now() + ms;
    if (this.#abort && this.#deadline) this.#awaitDeadline(this.#abort);
  }

  #watch(): AbortController {
    const abort = new AbortController();
    const response = this.#reply.raw;
    this.#awaitDeadline(abort);
    const ended = (): void => {
      clearTimeout(this.#deadline);
      this.#deadline = undefined;
      if (!response.writableFinished)
        abort.abort(new DOMException('The caller has disconnected.', 'AbortError'));
    };
    if (response.closed) ended();
    else response.once('close', ended);
    return abort;
  }

  #awaitDeadline(abort: AbortController): void {
    clearTimeout(this.#deadline);
    const late = (): void => abort.abort(new AppError('DEADLINE_EXCEEDED'));
    this.#deadline = setTimeout(late, this.remainingMs());
  }
}

/** The idempotency key of a request, if it has one. Throws VALIDATION_FAILED for a malformed key. */
function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const key = request.headers[publicHeaders.idempotencyKey];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && keyPattern.test(key)) return key;
  const message = `must be 1 to ${maxIdempotencyKeyLength} visible ASCII characters`;
  throw new AppError('VALIDATION_FAILED', { details: [{ path: publicHeaders.idempotencyKey, message }] });
}
