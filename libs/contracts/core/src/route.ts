import type { Static, TObject, TSchema } from 'typebox';
import type { Dialect } from './dialect.ts';
import type { ErrorCode } from './error-catalogue.ts';
import type { Reply, ReplyValue } from './reply.ts';
import type { RouteAuth } from './route-auth.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One operation, written once: validation, types, clients, OpenAPI and tests derive from it. */
export interface RouteDefinition {
  /** `<owner>.<operation>`, dotted lower camel case: names the span, the log field and the metric label. */
  readonly id: string;
  readonly method: HttpMethod;
  /** Parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly auth: RouteAuth;
  readonly params?: TObject;
  readonly query?: TObject;
  readonly body?: TSchema;
  /** Status of the usual success; 200 where absent. */
  readonly status?: 200 | 201 | 202 | 204;
  readonly reply: Reply;
  /** Further successes by status, which a handler gives with `respond`. */
  readonly otherReplies?: Readonly<Record<number, Reply>>;
  /** Present where the route can answer with these server-sent events; `done` ends them, or `error`, which needs no word. */
  readonly events?: Readonly<Record<string, TSchema>>;
  /** Present where the route can answer with another protocol's stream: the data of one of its events. */
  readonly chunks?: TSchema;
  /** Milliseconds that a stream may last after its head; 600,000 where absent. */
  readonly streamMaxMs?: number;
  /** An `idempotency-key` is honoured: the same user, key and body get the stored answer. */
  readonly idempotent?: true;
  /** Request headers that change what happens, by lower-case name; documented, not checked. */
  readonly requestHeaders?: Readonly<Record<string, TSchema>>;
  /** Headers that a success may carry, by lower-case name; documented, not checked. */
  readonly responseHeaders?: Readonly<Record<string, TSchema>>;
  /** The codes that this operation can fail with, beyond those that follow from its other fields. */
  readonly errors: readonly ErrorCode[];
  /**
   * Milliseconds that the operation may take where its caller names no deadline, for a stream until its head; 30,000
   * where absent.
   */
  readonly deadlineMs?: number;
  /** Largest body in bytes; 64 KiB where absent. */
  readonly bodyLimitBytes?: number;
  /** The protocol that it speaks; our own where absent. */
  readonly dialect?: Dialect;
}

/** Identity at run time; keeps the literal types that everything else derives from. */
export function defineRoute<const R extends RouteDefinition>(route: R): R {
  return route;
}

export const defaultDeadlineMs = 30_000;
export const defaultBodyLimitBytes = 64 * 1024;
export const defaultStreamMaxMs = 600_000;

export type ParamsOf<R extends RouteDefinition> = R['params'] extends TSchema
  ? Static<R['params']>
  : undefined;
export type QueryOf<R extends RouteDefinition> = R['query'] extends TSchema ? Static<R['query']> : undefined;
export type BodyOf<R extends RouteDefinition> = R['body'] extends TSchema ? Static<R['body']> : undefined;
export type ResultOf<R extends RouteDefinition> = ReplyValue<R['reply']>;
/** The data of each of a route's own server-sent events. */
export type EventsOf<R extends RouteDefinition> =
  R['events'] extends Readonly<Record<string, TSchema>>
    ? { readonly [E in keyof R['events']]: Static<R['events'][E]> }
    : never;

/** Whether a route can answer with a stream of server-sent events, its own or another protocol's. */
export function canStream(route: RouteDefinition): boolean {
  return route.events !== undefined || route.chunks !== undefined;
}

/** The codes that follow from what a route declares, so that nobody has to list them. */
export function errorsOf(route: RouteDefinition): readonly ErrorCode[] {
  // Whoever shows bad credentials is refused, even where anybody may ask.
  const implied: ErrorCode[] = ['RATE_LIMITED', 'INTERNAL_ERROR', 'DEADLINE_EXCEEDED', 'UNAUTHENTICATED'];
  if (route.params || route.query || route.body || route.idempotent) implied.push('VALIDATION_FAILED');
  if (route.body) implied.push('PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE');
  if (route.auth.kind !== 'anyone') implied.push('FORBIDDEN');
  if (route.idempotent) implied.push('IDEMPOTENCY_IN_FLIGHT', 'IDEMPOTENCY_MISMATCH');
  return [...new Set([...implied, ...route.errors])];
}
