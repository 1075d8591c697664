import {
  AppError,
  type CallContext,
  type Contract,
  headers,
  type InputOf,
  type ReplyValue,
  type ResultOf,
  type RouteDefinition,
} from '@valuecanvas/contracts-core';
import { requestPath } from '@valuecanvas/contracts-core/request-path';
import type { InternalSigner } from '@valuecanvas/identity';
import { type Dispatcher, Pool } from 'undici';
import { createConnectionRetry } from './connection-retry.ts';
import { readEvents, type StreamEvent } from './read-events.ts';
import { readFailure, readReply } from './read-reply.ts';

type OtherResult<R extends RouteDefinition> =
  R['otherReplies'] extends Readonly<Record<number, unknown>>
    ? ReplyValue<R['otherReplies'][keyof R['otherReplies']]>
    : never;

/** Methods for the routes of a contract. A reply without a body is undefined. */
export type ClientOf<C extends Contract> = {
  readonly [K in keyof C['routes']]: (
    input: InputOf<C['routes'][K]>,
    call: CallContext,
  ) => Promise<ResultOf<C['routes'][K]> | OtherResult<C['routes'][K]>>;
};

/** Methods for the routes with events. Until the stream starts, they reject as those of `call` do. */
export type StreamsOf<C extends Contract> = {
  readonly [K in keyof C['routes'] as C['routes'][K] extends { events: object } ? K : never]: (
    input: InputOf<C['routes'][K]>,
    call: CallContext,
  ) => Promise<AsyncGenerator<StreamEvent<C['routes'][K]>, void, undefined>>;
};

export interface Client<C extends Contract> {
  readonly call: ClientOf<C>;
  readonly stream: StreamsOf<C>;
  /** Waits for running calls and closes the connections. */
  close(): Promise<void>;
}

const eventStream = 'text/event-stream';

/** Maximum silence of a stream. The service kit sends a comment every 15 s, so a longer silence means a broken stream. */
const maxSilenceMs = 45_000;

interface AnyInput {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Creates a client of `contract` at `baseUrl`. Each call carries a signed principal, the request id and the deadline, and
 * ends with the caller's signal. Calls throw AppError: the service's error, DEPENDENCY_UNAVAILABLE if the service is
 * unreachable, or DEADLINE_EXCEEDED. A request that was not received is retried within the deadline.
 */
export function createClient<const C extends Contract>(
  contract: C,
  options: { readonly baseUrl: string; readonly sign: InternalSigner; readonly connections?: number },
): Client<C> {
  const pool = new Pool(new URL(options.baseUrl).origin, {
    connections: options.connections ?? 64,
    pipelining: 1,
  });

  const withRetry = createConnectionRetry(contract.service);

  const request = async (
    route: RouteDefinition,
    input: AnyInput,
    call: CallContext,
    bodyTimeout?: number,
  ): Promise<Dispatcher.ResponseData> => {
    const remainingMs = call.remainingMs();
    if (remainingMs === 0) throw new AppError('DEADLINE_EXCEEDED');
    return pool.request({
      method: route.method,
      path: requestPath(route.path, input.params, input.query),
      headers: {
        ...input.headers,
        ...(await travelling(call)),
        ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: input.body === undefined ? null : JSON.stringify(input.body),
      signal: call.signal,
      headersTimeout: remainingMs,
      bodyTimeout: bodyTimeout ?? remainingMs,
    });
  };

  const send = async (route: RouteDefinition, input: AnyInput, call: CallContext): Promise<unknown> =>
    readReply(contract.service, route, call, await request(route, input, call));

  const openStream = async (route: RouteDefinition, input: AnyInput, call: CallContext) => {
    const accepting = { ...input, headers: { accept: eventStream, ...input.headers } };
    const response = await request(route, accepting, call, maxSilenceMs);
    if (response.statusCode >= 400) throw await readFailure(contract.service, response);
    if (String(response.headers['content-type']).startsWith(eventStream))
      return readEvents(contract.service, call, response.body);
    response.body.destroy();
    throw new Error(`${route.id} did not respond with a stream. Its input must request one.`);
  };

  const travelling = async (call: CallContext): Promise<Record<string, string>> => ({
    [headers.identity]: await options.sign(contract.service, call.principal),
    [headers.requestId]: call.requestId,
    [headers.deadline]: String(Math.floor(call.remainingMs())),
    [headers.operation]: call.operation,
    ...(call.jobId === undefined ? {} : { [headers.job]: call.jobId }),
    ...(call.storedAnswerOnly ? { [headers.storedAnswerOnly]: 'true' } : {}),
  });

  const methods = (perform: typeof send): unknown =>
    Object.fromEntries(
      Object.entries(contract.routes).map(([name, route]) => [
        name,
        (input: AnyInput, call: CallContext) => withRetry(route, call, () => perform(route, input, call)),
      ]),
    );
  return {
    call: methods(send) as ClientOf<C>,
    stream: methods(openStream) as StreamsOf<C>,
    close: () => pool.close(),
  };
}
