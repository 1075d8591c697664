import type { Readable } from 'node:stream';
import { anonymous, headers, type ServiceName } from '@valuecanvas/contracts-core';
import type { InternalSigner } from '@valuecanvas/identity';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import { type ClientBody, clientBodyOf } from './client-body.ts';
import { withAttempts } from './connection-attempts.ts';
import { checkForwardable, targetOf } from './forwardable.ts';
import { headersToClient, headersToService } from './passed-headers.ts';

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

/** Passes a request on and its answer back, both as they arrive; whoever hangs up ends the other side too. */
export async function forwardRequest(
  target: ForwardingTarget,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  checkForwardable(request);
  const signal = untilClientLeaves(reply);
  const body = clientBodyOf(request.raw);
  try {
    const response = await send(target, request, body, signal);
    return answer(reply, response);
  } catch (error) {
    if (signal.aborted || request.raw.errored) return reply.hijack();
    throw error;
  }
}

function untilClientLeaves(reply: FastifyReply): AbortSignal {
  const abort = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) abort.abort();
  });
  return abort.signal;
}

async function send(
  { service, dispatcher, sign }: ForwardingTarget,
  request: FastifyRequest,
  body: ClientBody,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const { method } = request;
  const identity = await sign(service, request.principal ?? anonymous);
  const reads = method === 'GET' || method === 'HEAD';
  return withAttempts(service, { whole: () => !body.begun(), reads, signal }, () => {
    const content = body.read();
    return dispatcher.request({
      method: method as Dispatcher.HttpMethod,
      path: targetOf(request.url),
      headers: {
        ...headersToService(request.headers, content !== null),
        [headers.identity]: identity,
        [headers.requestId]: request.id,
        [headers.deadline]: String(answerMs),
      },
      // undici sends any async iterable; only its types know no more than streams.
      body: content as Readable | null,
      signal,
      headersTimeout: answerMs,
      bodyTimeout: silenceMs,
    });
  });
}

function answer(reply: FastifyReply, response: Dispatcher.ResponseData): FastifyReply {
  reply.code(response.statusCode).headers(headersToClient(response.headers)).send(response.body);
  // Otherwise the headers would wait for the first event, and the client for both.
  if (response.headers['content-type']?.includes('text/event-stream')) reply.raw.flushHeaders();
  return reply;
}
