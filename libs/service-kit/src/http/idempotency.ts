import { createHash } from 'node:crypto';
import {
  AppError,
  type AppErrorOptions,
  type DownstreamKeys,
  type ErrorCode,
  type IdempotencyClaim,
  type IdempotencyStore,
  type KeyedRequest,
  publicHeaders,
  type UserPrincipal,
} from '@valuecanvas/contracts-core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { QueryExecutorProvider } from 'kysely';
import type { Logger } from 'pino';
import { Respond, respond } from './call.ts';
import { HttpCall } from './http-call.ts';

/** A transaction of the service's own database. */
export type Transaction = QueryExecutorProvider;

/** The outcome of an idempotent route's handler. Only the call's `keep` and `keepAfterwards` create it. */
export class Kept<out T> {
  readonly value: T;
  protected readonly brand = 'kept';

  constructor(value: T) {
    this.value = value;
  }
}

/** Additional members of the call of an idempotent route. `O` is the type of its handler's reply. */
export interface KeepsAnswers<O> extends DownstreamKeys {
  /**
   * Stores the answer in the transaction of its effect, under the client's idempotency key: a crash leaves both or neither.
   * Does nothing if the client sent no key. Call it last in the transaction. It can be passed around without its object.
   */
  readonly keep: <V extends O>(transaction: Transaction, answer: V) => Promise<Kept<V>>;
  /**
   * Stores an answer without an effect in the service's own database after the handler has returned. If the process crashes
   * earlier, the handler runs again, so its calls to other services must carry a `downstreamKey`.
   */
  keepAfterwards<V extends O>(answer: V): Kept<V>;
}

/** A call of a route that is `idempotent: true`, with or without a key. */
export class IdempotentCall extends HttpCall implements KeepsAnswers<unknown> {
  /** Undefined if the client sent no key. */
  claim: IdempotencyClaim<Transaction> | undefined;
  isKept = false;
  isDiscarded = false;
  /** Set if the client prefers a stream of events. */
  events: { send(name: string, data: unknown): void } | undefined;

  get wantsEvents(): boolean {
    return this.events !== undefined;
  }

  readonly send = (name: string, data: unknown): void => this.events?.send(name, data);

  readonly keep = async <V>(transaction: Transaction, answer: V): Promise<Kept<V>> => {
    await this.claim?.keep(transaction, encodeOutcome(answer));
    this.isKept = true;
    return new Kept(answer);
  };

  keepAfterwards<V>(answer: V): Kept<V> {
    return new Kept(answer);
  }

  downstreamKey(body: string): string | undefined {
    if (!this.claim) return undefined;
    const digest = createHash('sha256').update(`${this.idempotencyKey}\n${body}`).digest('base64url');
    return `${this.routeId}:${this.claim.attempt}:${digest}`;
  }

  discardDownstreamAnswers(): void {
    this.isDiscarded = true;
  }
}

/** Answers a request of an idempotent route: runs the handler, or replays the stored answer to the same request. */
export async function answerOnce(
  store: IdempotencyStore<Transaction>,
  call: IdempotentCall,
  request: FastifyRequest,
  reply: FastifyReply,
  handle: (call: IdempotentCall) => unknown,
): Promise<unknown> {
  const { idempotencyKey: key } = call;
  if (key === undefined) return unwrap(await handle(call));
  const outcome = await store.claim(keyedRequest(call, request, key));
  switch (outcome.kind) {
    case 'mismatch':
      throw new AppError('IDEMPOTENCY_MISMATCH');
    case 'in_flight':
      throw new AppError('IDEMPOTENCY_IN_FLIGHT', { retryAfterMs: outcome.retryAfterMs });
    case 'answered':
      reply.header(publicHeaders.idempotentReplayed, 'true');
      return decodeOutcome(outcome.answer);
    case 'claimed':
      return call.storedAnswerOnly && !request.routeConfig.operation?.isRecoverable
        ? refuseUnanswered(call, outcome.claim)
        : answerClaimed(call, outcome.claim, handle);
  }
}

/** Releases the key, so that the request can still be sent with it. */
async function refuseUnanswered(call: IdempotentCall, claim: IdempotencyClaim<Transaction>): Promise<never> {
  await bestEffort(call.log, claim.release({ nextAttempt: false }));
  claim.stopRenewal();
  throw new AppError('NOT_FOUND', { message: 'No answer is stored for this idempotency key.' });
}

async function answerClaimed(
  call: IdempotentCall,
  claim: IdempotencyClaim<Transaction>,
  handle: (call: IdempotentCall) => unknown,
): Promise<unknown> {
  call.claim = claim;
  try {
    const outcome = unwrap(await handle(call));
    if (!call.isKept) await bestEffort(call.log, claim.keepAlone(encodeOutcome(outcome)));
    return outcome;
  } catch (error) {
    const ended = isFinal(error)
      ? claim.keepAlone(encodeError(error))
      : claim.release({ nextAttempt: call.isDiscarded });
    await bestEffort(call.log, ended);
    throw error;
  } finally {
    claim.stopRenewal();
  }
}

/** Logs a failed write instead of failing the request, which already has its answer. The claim then expires by itself. */
async function bestEffort(log: Logger, work: Promise<void>): Promise<void> {
  await work.catch((err: unknown) =>
    log.warn({ err }, 'idempotency: storing the outcome of a request failed'),
  );
}

function unwrap(outcome: unknown): unknown {
  return outcome instanceof Kept ? outcome.value : outcome;
}

function keyedRequest(call: IdempotentCall, { params, query }: FastifyRequest, key: string): KeyedRequest {
  const { principal, routeId, bodyText = '' } = call;
  const target = JSON.stringify([params, query]);
  return {
    principal: principal as UserPrincipal,
    operation: routeId,
    key,
    requestHash: createHash('sha256').update(`${target}\n${bodyText}`).digest(),
  };
}

/** Client error statuses that are temporary: a new login, the next budget period or a pause can resolve them. */
const temporary = [401, 402, 408, 429];

/** Returns true if the same request would always get the same refusal. */
function isFinal(error: unknown): error is AppError {
  if (!(error instanceof AppError)) return false;
  return error.status < 500 && !error.retryHelps && !temporary.includes(error.status);
}

type Stored =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly value?: unknown;
    }
  | { readonly error: AppErrorOptions & { readonly code: ErrorCode } };

function encodeOutcome(outcome: unknown): string {
  const stored: Stored =
    outcome instanceof Respond
      ? { status: outcome.status, headers: outcome.headers, value: outcome.value }
      : { value: outcome };
  return JSON.stringify(stored);
}

function encodeError({ code, title, message, details, extra, headers }: AppError): string {
  return JSON.stringify({ error: { code, title, message, details, extra, headers } } satisfies Stored);
}

/** Throws a stored error. */
function decodeOutcome(text: string): unknown {
  const stored = JSON.parse(text) as Stored;
  if ('error' in stored) throw new AppError(stored.error.code, stored.error);
  const { status, headers, value } = stored;
  return status === undefined ? value : respond(status, value, headers);
}
