import { anonymous, headers, type ServiceName } from '@valuecanvas/contracts-core';
import type { InternalSigner } from '@valuecanvas/identity';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import { checkForwardable, targetOf } from './forwardable.ts';
import { type BodyContent, passOn } from './pass-on.ts';
import { PassedAnswer } from './passed-answer.ts';
import { headersToService } from './passed-headers.ts';

/** Milliseconds that a service may take to begin its answer: a little more than any route's own 90 s. */
const answerMs = 95_000;

/** Milliseconds of silence within an answer; event streams send a comment every 15 s. */
const silenceMs = 60_000;

/** A service as the gateway reaches it. */
export interface ForwardingTarget {
  readonly service: ServiceName;
  readonly dispatcher: Dispatcher;
  readonly sign: InternalSigner;
}

/**
 * Passes a request on and its answer back, both as they arrive; whoever hangs up ends the other side too. Resolves
 * when the answer has begun.
 */
export async function forwardRequest(
  { service, dispatcher, sign }: ForwardingTarget,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  checkForwardable(request);
  const answer = new PassedAnswer(reply, service);
  const identity = await sign(service, request.principal ?? anonymous);
  const options = (content: BodyContent) => optionsOf(request, content, identity);
  return passOn(request, reply, { name: service, dispatcher, answer, options });
}

function optionsOf(
  request: FastifyRequest,
  content: BodyContent,
  identity: string,
): Dispatcher.DispatchOptions {
  const passed = headersToService(request.headers, content !== null);
  passed.push(headers.identity, identity, headers.requestId, request.id, headers.deadline, String(answerMs));
  return {
    method: request.method as Dispatcher.HttpMethod,
    path: targetOf(request.url),
    headers: passed,
    body: content,
    headersTimeout: answerMs,
    bodyTimeout: silenceMs,
  };
}
