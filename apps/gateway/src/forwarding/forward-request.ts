import { anonymous, headers, type ServiceName } from '@valuecanvas/contracts-core';
import type { InternalSigner } from '@valuecanvas/identity';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import type { Attempts } from './connection-attempts.ts';
import { assertForwardable, targetOf } from './forwardable.ts';
import { headersToService } from './forwarded-headers.ts';
import { ResponseRelay } from './response-relay.ts';
import { type BodyContent, sendUpstream } from './send-upstream.ts';

/** Longest pause within a response. Event streams send a comment every 15 s. */
const maxPauseMs = 60_000;

/** A service and the means of reaching it. */
export interface ForwardingTarget {
  readonly service: ServiceName;
  readonly dispatcher: Dispatcher;
  readonly attempts: Attempts;
  readonly sign: InternalSigner;
  /** Time limit for the response headers. */
  readonly responseTimeoutMs: number;
}

/**
 * Forwards a request to a service and streams the response back. A disconnect of either side ends the other. Resolves
 * once the response has started.
 */
export async function forwardRequest(
  { service, dispatcher, attempts, sign, responseTimeoutMs }: ForwardingTarget,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  assertForwardable(request);
  const relay = new ResponseRelay(reply, service);
  const identity = await sign(service, request.principal ?? anonymous);
  const options = (content: BodyContent) => optionsOf(request, content, identity, responseTimeoutMs);
  return sendUpstream(request, reply, { attempts, dispatcher, relay, options });
}

function optionsOf(
  request: FastifyRequest,
  content: BodyContent,
  identity: string,
  responseTimeoutMs: number,
): Dispatcher.DispatchOptions {
  const passed = headersToService(request.headers, content !== null);
  passed.push(
    headers.identity,
    identity,
    headers.requestId,
    request.id,
    headers.deadline,
    String(responseTimeoutMs),
  );
  return {
    method: request.method as Dispatcher.HttpMethod,
    path: targetOf(request.url),
    headers: passed,
    body: content,
    headersTimeout: responseTimeoutMs,
    bodyTimeout: maxPauseMs,
  };
}
