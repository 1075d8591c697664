import type { Static, TObject, TSchema } from 'typebox';
import type { ErrorCode } from './error-catalogue.ts';
import type { Reply, ReplyValue } from './reply.ts';
import type { RouteAuth } from './route-auth.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** In whose words a route answers, errors included. */
export type Dialect = 'valuecanvas' | 'openai' | 'ofrep' | 'supabase';

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
  /** Present where `accept: text/event-stream` is answered with these events. */
  readonly events?: Readonly<Record<string, TSchema>>;
  /** The codes that this operation can fail with, beyond those that follow from its other fields. */
  readonly errors: readonly ErrorCode[];
  /** Milliseconds that the operation may take where its caller names no deadline; 30,000 where absent. */
  readonly deadlineMs?: number;
  /** Largest body in bytes; 64 KiB where absent. */
  readonly bodyLimitBytes?: number;
  readonly dialect?: Dialect;
}

/** Identity at run time; keeps the literal types that everything else derives from. */
export function defineRoute<const R extends RouteDefinition>(route: R): R {
  return route;
}

export const defaultDeadlineMs = 30_000;
export const defaultBodyLimitBytes = 64 * 1024;

export type ParamsOf<R extends RouteDefinition> = R['params'] extends TSchema
  ? Static<R['params']>
  : undefined;
export type QueryOf<R extends RouteDefinition> = R['query'] extends TSchema ? Static<R['query']> : undefined;
export type BodyOf<R extends RouteDefinition> = R['body'] extends TSchema ? Static<R['body']> : undefined;
export type ResultOf<R extends RouteDefinition> = ReplyValue<R['reply']>;

/** The codes that follow from what a route declares, so that nobody has to list them. */
export function errorsOf(route: RouteDefinition): readonly ErrorCode[] {
  const implied: ErrorCode[] = ['RATE_LIMITED', 'INTERNAL_ERROR', 'DEADLINE_EXCEEDED'];
  if (route.params || route.query || route.body) implied.push('VALIDATION_FAILED');
  if (route.body) implied.push('PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE');
  if (route.auth.kind !== 'anyone') implied.push('UNAUTHENTICATED', 'FORBIDDEN');
  return [...new Set([...implied, ...route.errors])];
}
