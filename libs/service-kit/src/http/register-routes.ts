import {
  bodyLimitOf,
  type IdempotencyStore,
  type ListPage,
  type Reply,
  type RouteDefinition,
  successStatus,
  wireSchema,
} from '@valuecanvas/contracts-core';
import type { FastifyInstance, FastifyReply, FastifyRequest, preValidationHookHandler } from 'fastify';
import type { Logger } from 'pino';
import { Respond } from './call.ts';
import { paginationOf } from './cursor.ts';
import { FileBody, filePayload } from './file-body.ts';
import { HttpCall } from './http-call.ts';
import { answerOnce, IdempotentCall, type Transaction } from './idempotency.ts';
import type { BoundRoute } from './implement.ts';
import { methodsOf } from './no-route.ts';
import { eventStream, StreamBody, sendStream } from './stream.ts';
import { streamAnswer, streamed } from './stream-answer.ts';

/**
 * Rejects, at start, any route that neither has a contract's operation nor forwards to a service. Preflight handlers
 * are allowed: browsers send no credentials with preflights, and only headers are returned.
 */
export function refuseUndeclaredRoutes(app: FastifyInstance): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    if (method === 'OPTIONS') return;
    if (config?.operation?.auth === undefined && config?.forwardsTo === undefined) {
      throw new Error(`${String(method)} ${url} is not part of a contract that declares its authorization.`);
    }
  });
}

/** Returns a path of a contract as Fastify's router writes it: `:name*`, the rest of the path, is `*`. */
export function routerPath(path: string): string {
  return path.replace(/:[a-zA-Z]+\*$/, '*');
}

/** Registers a contract's route with its validators, serializer and handler. */
export function registerRoute(app: FastifyInstance, bound: BoundRoute, log: Logger): void {
  const { definition: route, idempotency } = bound;
  const rest = /:([a-zA-Z]+)\*$/.exec(route.path);
  app.route({
    method: route.method,
    url: routerPath(route.path),
    ...(rest?.[1] === undefined ? {} : { preValidation: nameRest(rest[1]) }),
    exposeHeadRoute: methodsOf(route).includes('HEAD'),
    bodyLimit: bodyLimitOf(route),
    config: { operation: route },
    schema: {
      ...(route.params ? { params: route.params } : {}),
      ...(route.query ? { querystring: route.query } : {}),
      ...(route.body ? { body: route.body } : {}),
      response: responseSchemas(route),
    },
    handler: idempotency ? idempotentHandler(bound, idempotency, log) : plainHandler(bound, log),
  });
}

/** Gives the rest of the path, which the router calls `*`, its name in the contract. */
function nameRest(name: string): preValidationHookHandler {
  return (request, _reply, done) => {
    const { '*': rest, ...params } = request.params as Record<string, string>;
    request.params = { ...params, [name]: rest };
    done();
  };
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown;

/** Not an async function: a synchronous result costs no promise. */
function plainHandler({ definition, handle }: BoundRoute, log: Logger): Handler {
  const payloadOf = payloadsOf(definition);
  return (request, reply) => {
    const call = new HttpCall(request, reply, log);
    const outcome = handle(call);
    return outcome instanceof Promise
      ? outcome.then((settled) => payloadOf(reply, call, settled))
      : payloadOf(reply, call, outcome);
  };
}

function idempotentHandler(
  { definition, handle }: BoundRoute,
  store: IdempotencyStore<Transaction>,
  log: Logger,
): Handler {
  const payloadOf = payloadsOf(definition);
  return async (request, reply) => {
    const call = new IdempotentCall(request, reply, log);
    const answer = () => answerOnce(store, call, request, reply, handle);
    if (!definition.events || call.accepts('application/json', eventStream) !== eventStream)
      return payloadOf(reply, call, await answer());
    const outcome = await streamAnswer(definition, reply, call, answer);
    return outcome === streamed ? undefined : payloadOf(reply, call, outcome);
  };
}

/** Returns the function that sets status and headers of a route's response and turns an outcome into its payload. */
function payloadsOf(
  route: RouteDefinition,
): (reply: FastifyReply, call: HttpCall, outcome: unknown) => unknown {
  const status = successStatus(route);
  return (reply, call, outcome) => {
    if (outcome instanceof StreamBody) {
      sendStream(route, reply, call, outcome);
      return undefined;
    }
    if (outcome instanceof FileBody) {
      if (route.reply.kind !== 'file')
        throw new Error(`${route.id} returned a file, which its contract does not declare.`);
      return filePayload(reply.code(status), outcome, call.header('if-none-match'));
    }
    if (!(outcome instanceof Respond)) return payload(reply.code(status), route.reply, outcome);
    reply.code(outcome.status).headers(outcome.headers);
    return payload(reply, replyFor(route, outcome.status), outcome.value);
  };
}

function responseSchemas(route: RouteDefinition): Record<number, unknown> {
  const replies: [number, Reply][] = [
    [successStatus(route), route.reply],
    ...Object.entries(route.otherReplies ?? {}).map(([status, reply]): [number, Reply] => [
      Number(status),
      reply,
    ]),
  ];
  const withSchema = replies.flatMap(([status, reply]) => {
    const schema = wireSchema(reply);
    return schema ? [[status, schema] as const] : [];
  });
  return Object.fromEntries(withSchema);
}

function replyFor(route: RouteDefinition, status: number): Reply {
  return route.otherReplies?.[status] ?? route.reply;
}

/** Returns the payload for Fastify. Sending it here would make Fastify await the reply of an async handler twice. */
function payload(reply: FastifyReply, kind: Reply, value: unknown): unknown {
  switch (kind.kind) {
    case 'data':
      return { success: true, data: value };
    case 'accepted':
      reply.header('location', (value as { readonly statusUrl: string }).statusUrl);
      return { success: true, data: value };
    case 'list': {
      const { items, last } = value as ListPage<unknown>;
      return { success: true, data: items, pagination: paginationOf(reply.request, last) };
    }
    case 'raw':
      if (reply.hasHeader('content-type')) return value;
      if (kind.contentType) reply.type(kind.contentType);
      else if (value instanceof Uint8Array) reply.type('application/json');
      return value;
    case 'empty':
      return null;
    case 'file':
      throw new Error('Return files with sendFile.');
  }
}
