import { anonymous, headers, type ServiceName } from '@valuecanvas/contracts-core';
import type { InternalSigner } from '@valuecanvas/identity';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import type { Attempts } from './connection-attempts.ts';
import { checkForwardable, targetOf } from './forwardable.ts';
import { type BodyContent, passOn } from './pass-on.ts';
import { PassedAnswer } from './passed-answer.ts';
import { headersToService } from './passed-headers.ts';

/** Longest pause within a response. Event streams send a comment every 15 s. */
const silenceMs = 60_000;

/** A service and the means of reaching it. */
export interface ForwardingTarget {
  readonly service: ServiceName;
  readonly dispatcher: Dispatcher;
  readonly attempts: Attempts;
  readonly sign: InternalSigner;
  /** Time limit for the response headers. */
  readonly answerMs: number;
}

/**
 * Forwards a request to a service and streams the response back. A disconnect of either side ends the other. Resolves
 * once the response has started.
 */
export async function forwardRequest(
  { service, dispatcher, attempts, sign, answerMs }: ForwardingTarget,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  checkForwardable(request);
  const answer = new PassedAnswer(reply, service);
  const identity = await sign(service, request.principal ?? anonymous);
  const options = (content: BodyContent) => optionsOf(request, content, identity, answerMs);
  return passOn(request, reply, { attempts, dispatcher, answer, options });
}

function optionsOf(
  request: FastifyRequest,
  content: BodyContent,
  identity: string,
  answerMs: number,
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
