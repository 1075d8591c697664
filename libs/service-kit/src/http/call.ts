import {
  type AppError,
  type BodyOf,
  type CallContext,
  type Dialect,
  formatEntityTag,
  type ListPage,
  matchesEntityTag,
  type PageRequest,
  type ParamsOf,
  type Principal,
  type QueryOf,
  type ReplyValue,
  type ResultOf,
  type RouteDefinition,
  type ServicePrincipal,
  type UserPrincipal,
} from '@valuecanvas/contracts-core';
import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Static, TSchema } from 'typebox';
import type { Draining } from './draining.ts';
import type { FileBody } from './file-body.ts';
import type { StreamBody } from './stream.ts';

/** Principals that a route's `auth` admits. */
export type PrincipalOf<R extends RouteDefinition> = R['auth']['kind'] extends 'user' | 'permission'
  ? UserPrincipal
  : R['auth']['kind'] extends 'service'
    ? ServicePrincipal
    : Principal;

/** One request as its handler sees it: validated inputs, the principal, and the context for calls to other services. */
export interface Call<R extends RouteDefinition = RouteDefinition> extends CallContext {
  readonly params: ParamsOf<R>;
  readonly query: QueryOf<R>;
  /** Page that the client asks for, on routes that return a list. Throws VALIDATION_FAILED for a foreign cursor. */
  readonly page: R['reply']['kind'] extends 'list' ? PageRequest : undefined;
  readonly body: BodyOf<R>;
  readonly principal: PrincipalOf<R>;
  /** The client's idempotency key, if the route supports one and the client sent it. */
  readonly idempotencyKey: string | undefined;
  /** The raw body, on routes that support an idempotency key, so that it can be compared without serializing it again. */
  readonly bodyText: string | undefined;
  /** Logs with the request's id and operation. */
  readonly log: Logger;
  /**
   * Aborts when the service stops and streams have to end. A producer that then returns without a final event ends the
   * response cleanly, and the client resumes at another replica.
   */
  readonly draining: AbortSignal;
  /** Id of the event after which the client wants to resume a stream. */
  readonly lastEventId: string | undefined;
  /**
   * Returns the media type that the client prefers (RFC 9110, 12.5.1). Returns the first one if the client states no
   * preference, and undefined if it accepts none of them.
   */
  accepts<const T extends string>(...types: readonly T[]): T | undefined;
  /** Returns true if the client states a preference (RFC 7240), such as `respond-async`. */
  prefers(preference: string): boolean;
  /** Returns a request header by its lower-case name. */
  header(name: string): string | undefined;
  /**
   * Records an error as the kit records thrown ones, and returns the public form of it. Producers of streams need it
   * after the head has been sent: they send the returned error as an event.
   */
  recordFailure(error: unknown): AppError;
}

/** A successful reply with a status other than the route's usual one, or with extra headers. */
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

/** Returns one of a route's `otherReplies`, or its usual reply with extra headers. */
export function respond<const S extends number, V>(
  status: S,
  value: V,
  headers: Readonly<Record<string, string>> = {},
): Respond<S, V> {
  return new Respond(status, value, headers);
}

/**
 * Answers with a versioned value and its entity tag, or with 304 and no body if the request's If-None-Match already names
 * that version.
 */
export function respondIfChanged<V extends { readonly version: string }>(
  call: { header(name: string): string | undefined },
  value: V,
): ReturnType<typeof respond<304, undefined>> | ReturnType<typeof respond<200, V>> {
  const etag = formatEntityTag(value.version);
  return matchesEntityTag(call.header('if-none-match'), etag)
    ? respond(304, undefined, { etag })
    : respond(200, value, { etag });
}

type OtherOutcome<R extends RouteDefinition> =
  R['otherReplies'] extends Readonly<Record<number, unknown>>
    ? {
        [S in keyof R['otherReplies'] & number]: Respond<S, ReplyValue<R['otherReplies'][S]>>;
      }[keyof R['otherReplies'] & number]
    : never;

/** Value of a reply. Bytes of a raw reply are sent unchanged and unchecked. A reply without a body needs no value. */
type UsualOutcome<R extends RouteDefinition> = R['reply']['kind'] extends 'raw'
  ? ResultOf<R> | Uint8Array
  : R['reply']['kind'] extends 'empty'
    ? // biome-ignore lint/suspicious/noConfusingVoidType: a handler may end without a return statement
      void
    : R['reply']['kind'] extends 'file'
      ? FileBody
      : R['reply'] extends { readonly kind: 'list'; readonly schema: infer S extends TSchema }
        ? ListPage<Static<S>>
        : ResultOf<R>;

type StreamOutcome<R extends RouteDefinition> = R['events'] extends object
  ? StreamBody
  : R['chunks'] extends object
    ? StreamBody
    : never;

/** Values that a handler may return. */
export type Outcome<R extends RouteDefinition> =
  | UsualOutcome<R>
  | Respond<number, UsualOutcome<R>>
  | OtherOutcome<R>
  | StreamOutcome<R>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before any other hook runs. Undefined only for requests that matched no route of a contract. */
    principal: Principal | undefined;
    deadlineAt: number;
    receivedAt: number;
    /** Configuration of the route. Cached, because Fastify rebuilds `routeOptions` on each access. */
    routeConfig: FastifyContextConfig;
    /** Raw body, kept on routes that may have to compare it. */
    bodyText: string | undefined;
  }
  interface FastifyInstance {
    draining: Draining;
    /** Counts and logs a request whose response has ended, under the given status. */
    recordEnd: (request: FastifyRequest, status: number) => void;
    /** Logs and reports an error according to its kind. Returns its public form. */
    recordFailure: (error: unknown, request: FastifyRequest) => AppError;
  }
  interface FastifyContextConfig {
    operation?: RouteDefinition;
    /** Path prefix that the edge forwards to a service. */
    forwardsTo?: string;
    /** Operation of the service that gets the forwarded request. Undefined if no contract describes the path. */
    forwards?: RouteDefinition;
    /** True for a request that a static page answers. */
    servesPage?: true;
    /** Dialect of a forwarded path. An operation declares its own. */
    dialect?: Dialect;
  }
}

export type { FastifyRequest };
