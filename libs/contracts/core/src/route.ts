import type { Static, TObject, TSchema } from 'typebox';
import type { Dialect } from './dialect.ts';
import type { ErrorCode } from './error-catalogue.ts';
import type { Reply, ReplyValue } from './reply.ts';
import type { RouteAuth } from './route-auth.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Declaration of one operation, from which validation, types, clients, OpenAPI and tests derive. */
export interface RouteDefinition {
  /** `<owner>.<operation>` in dotted lower camel case. Names spans, log fields and metric labels. */
  readonly id: string;
  readonly method: HttpMethod;
  /** Path with parameters as `:name`. A last parameter `:name*` takes the rest of the path, slashes included. */
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly auth: RouteAuth;
  readonly params?: TObject;
  readonly query?: TObject;
  readonly body?: TSchema;
  /** Body of a request that succeeds for a demo account of `npm start`, as it is. */
  readonly example?: unknown;
  /** Status of the usual success. Defaults to 200. A reply of the kind `accepted` has 202. */
  readonly status?: 200 | 201 | 202 | 204;
  readonly reply: Reply;
  /** Further successes by status, which a handler returns with `respond`. */
  readonly otherReplies?: Readonly<Record<number, Reply>>;
  /** Server-sent events that the route can stream. `done` ends the stream, or `error`, which is implied. */
  readonly events?: Readonly<Record<string, TSchema>>;
  /** Schema of one event's data, if the route can stream another protocol. */
  readonly chunks?: TSchema;
  /** Milliseconds that a stream may last after its head. Defaults to 600,000. */
  readonly streamMaxMs?: number;
  /**
   * Present if the route supports `idempotency-key`: the same user, key and body get the stored response. The service
   * kit stores it, or the service itself with `own`.
   */
  readonly idempotent?: true | 'own';
  /**
   * Present if the answer can be composed again from the stored answers of the services that the route calls. If the kit has
   * stored no answer, a call for stored answers only then runs the handler, and otherwise fails.
   */
  readonly isRecoverable?: true;
  /** Request headers that affect the result, by lower-case name. They are documented and not validated. */
  readonly requestHeaders?: Readonly<Record<string, TSchema>>;
  /** Headers of a success, by lower-case name. They are documented and not validated. */
  readonly responseHeaders?: Readonly<Record<string, TSchema>>;
  /** Error codes of this operation, in addition to those that follow from its other fields. */
  readonly errors: readonly ErrorCode[];
  /**
   * Timeout of the operation, or of a stream's head, if the caller sends no deadline. Defaults to 30,000 ms.
   */
  readonly deadlineMs?: number;
  /** Present if the operation waits for a model. Operators then set its timeout with `LLM_DEADLINE`. */
  readonly waitsForModel?: true;
  /** Maximum size of the body in bytes. By default, what the schema of the body allows, as `bodyLimitOf` returns it. */
  readonly bodyLimitBytes?: number;
  /** Dialect of the route. Defaults to the platform's own. */
  readonly dialect?: Dialect;
}

/**
 * Returns its argument, and keeps the literal types from which everything else derives. The example must match the schema
 * of the body.
 */
export function defineRoute<const R extends RouteDefinition>(
  route: R & { readonly example?: DeepReadonly<BodyOf<R>> },
): R {
  return route;
}

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

export const defaultDeadlineMs = 30_000;
export const defaultStreamMaxMs = 600_000;

export type ParamsOf<R extends RouteDefinition> = R['params'] extends TSchema
  ? Static<R['params']>
  : undefined;
export type QueryOf<R extends RouteDefinition> = R['query'] extends TSchema ? Static<R['query']> : undefined;
export type BodyOf<R extends RouteDefinition> = R['body'] extends TSchema ? Static<R['body']> : undefined;

type Present<K extends string, T> = T extends undefined ? object : { readonly [key in K]: T };

/** Input of a call: the parts that the route's contract declares. */
export type InputOf<R extends RouteDefinition> = Present<'params', ParamsOf<R>> &
  Present<'query', QueryOf<R>> &
  Present<'body', BodyOf<R>> & { readonly headers?: Readonly<Record<string, string>> };

export type ResultOf<R extends RouteDefinition> = ReplyValue<R['reply']>;
/** Data of each of a route's server-sent events. */
export type EventsOf<R extends RouteDefinition> =
  R['events'] extends Readonly<Record<string, TSchema>>
    ? { readonly [E in keyof R['events']]: Static<R['events'][E]> }
    : never;

/** Returns the timeout of a route in milliseconds, given the operator's timeout of operations that wait for a model. */
export function deadlineOf(
  { deadlineMs = defaultDeadlineMs, waitsForModel }: RouteDefinition,
  modelDeadlineMs: number | undefined,
): number {
  return waitsForModel ? (modelDeadlineMs ?? deadlineMs) : deadlineMs;
}

/** Returns the status of a route's usual success. */
export function successStatus({ status, reply }: RouteDefinition): number {
  return status ?? (reply.kind === 'accepted' ? 202 : 200);
}

/** Returns true if a route can stream events, its own or those of another protocol. */
export function canStream(route: RouteDefinition): boolean {
  return route.events !== undefined || route.chunks !== undefined;
}

/** Returns the error codes that follow from a route's declaration, so that contracts need not list them. */
export function errorsOf(route: RouteDefinition): readonly ErrorCode[] {
  // Invalid credentials are rejected even on routes that are open to anyone.
  const implied: ErrorCode[] = ['RATE_LIMITED', 'INTERNAL_ERROR', 'DEADLINE_EXCEEDED', 'UNAUTHENTICATED'];
  if (route.params || route.query || route.body || route.idempotent) implied.push('VALIDATION_FAILED');
  if (route.body) implied.push('PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE');
  if (route.auth.kind !== 'anyone') implied.push('FORBIDDEN');
  if (route.idempotent) implied.push('IDEMPOTENCY_IN_FLIGHT', 'IDEMPOTENCY_MISMATCH');
  if (route.idempotent === true) implied.push('DEPENDENCY_UNAVAILABLE');
  return [...new Set([...implied, ...route.errors])];
}
