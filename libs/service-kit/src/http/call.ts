import type {
  AppError,
  BodyOf,
  CallContext,
  Dialect,
  ParamsOf,
  Principal,
  QueryOf,
  ReplyValue,
  ResultOf,
  RouteDefinition,
  ServicePrincipal,
  UserPrincipal,
} from '@valuecanvas/contracts-core';
import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Draining } from './draining.ts';
import type { FileBody } from './file-body.ts';
import type { StreamBody } from './stream-body.ts';

/** The principal that a route's declaration leaves possible. */
export type PrincipalOf<R extends RouteDefinition> = R['auth']['kind'] extends 'user' | 'permission'
  ? UserPrincipal
  : R['auth']['kind'] extends 'service'
    ? ServicePrincipal
    : Principal;

/** One request as its handler sees it: checked inputs, who asks, and what travels on to other services. */
export interface Call<R extends RouteDefinition = RouteDefinition> extends CallContext {
  readonly params: ParamsOf<R>;
  readonly query: QueryOf<R>;
  readonly body: BodyOf<R>;
  readonly principal: PrincipalOf<R>;
  /** The client's name for this request, where the route honours one and the client gives it. */
  readonly idempotencyKey: string | undefined;
  /** The body as it came, on routes that honour an idempotency key: to be compared without being written out anew. */
  readonly bodyText: string | undefined;
  /** Carries the request's id and operation. */
  readonly log: Logger;
  /**
   * Aborts when the service stops and streams have to end. A producer that returns then, without a final event, ends the
   * response cleanly, and the client resumes at another replica.
   */
  readonly draining: AbortSignal;
  /** The event after which the client wants to resume a stream. */
  readonly lastEventId: string | undefined;
  /** Returns the media type that the client prefers (RFC 9110, 12.5.1), the first where it does not care, or undefined. */
  accepts<const T extends string>(...types: readonly T[]): T | undefined;
  /** A request header, by its lower-case name. */
  header(name: string): string | undefined;
  /**
   * Records an error that no status can tell any more, as the frame does with those that are thrown; returns it as the
   * caller may see it. For producers of streams, which go on to send it as an event.
   */
  recordFailure(error: unknown): AppError;
}

/** A success other than the route's usual one, or with headers of its own. */
export class Respond<S extends number = number, V = unknown> {
  readonly status: S;
  readonly value: V;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: S, value: V, headers: Readonly<Record<string, string>>) {
    this.status = status;
    this.value = value;
    this.headers = headers;
  }
}

/** Answers with one of a route's `otherReplies`, or with its usual reply and extra headers. */
export function respond<const S extends number, V>(
  status: S,
  value: V,
  headers: Readonly<Record<string, string>> = {},
): Respond<S, V> {
  return new Respond(status, value, headers);
}

type OtherOutcome<R extends RouteDefinition> =
  R['otherReplies'] extends Readonly<Record<number, unknown>>
    ? {
        [S in keyof R['otherReplies'] & number]: Respond<S, ReplyValue<R['otherReplies'][S]>>;
      }[keyof R['otherReplies'] & number]
    : never;

/** Bytes of a raw reply are sent as they are, unchecked. A reply without a body needs no value. */
type UsualOutcome<R extends RouteDefinition> = R['reply']['kind'] extends 'raw'
  ? ResultOf<R> | Uint8Array
  : R['reply']['kind'] extends 'empty'
    ? // biome-ignore lint/suspicious/noConfusingVoidType: a handler may end without a return statement
      void
    : R['reply']['kind'] extends 'file'
      ? FileBody
      : ResultOf<R>;

type StreamOutcome<R extends RouteDefinition> = R['events'] extends object
  ? StreamBody
  : R['chunks'] extends object
    ? StreamBody
    : never;

/** What a handler may return. */
export type Outcome<R extends RouteDefinition> =
  | UsualOutcome<R>
  | Respond<number, UsualOutcome<R>>
  | OtherOutcome<R>
  | StreamOutcome<R>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before anything else runs; undefined only on requests that matched no route of a contract. */
    principal: Principal | undefined;
    deadlineAt: number;
    receivedAt: number;
    /** The route's configuration: Fastify builds its own `routeOptions` anew for each look. */
    routeConfig: FastifyContextConfig;
    /** The body before it was parsed, where its route may have to compare it. */
    bodyText: string | undefined;
  }
  interface FastifyInstance {
    draining: Draining;
    /** Counts and logs a request whose answer has ended, with the status to be named. */
    recordEnd: (request: FastifyRequest, status: number) => void;
    /** Logs and reports an error by its kind; gives what the caller may be told. */
    recordFailure: (error: unknown, request: FastifyRequest) => AppError;
  }
  interface FastifyContextConfig {
    operation?: RouteDefinition;
    /** Path below which the edge forwards to a service. */
    forwardsTo?: string;
    /** The protocol of a path that the edge forwards; an operation names its own. */
    dialect?: Dialect;
  }
}

export type { FastifyRequest };
