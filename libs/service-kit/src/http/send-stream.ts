import type { OutgoingHttpHeaders } from 'node:http';
import { defaultStreamMaxMs, type RouteDefinition, successStatus } from '@valuecanvas/contracts-core';
import type { FastifyReply } from 'fastify';
import type { HttpCall } from './http-call.ts';
import { OpenStream } from './open-stream.ts';
import type { StreamBody } from './stream-body.ts';

/** Status recorded for a response whose client disconnected, as in nginx. */
const clientLeft = 499;

/** Status recorded for a response that the kit aborted. */
const cutByKit = 500;

const eventStream = 'text/event-stream';

/** Sends the head of a stream and starts its producer. The reply is hijacked, so Fastify sends nothing more. */
export function sendStream(
  route: RouteDefinition,
  reply: FastifyReply,
  call: HttpCall,
  body: StreamBody,
): void {
  const contentType = body.head.contentType ?? eventStream;
  writeHead(route, reply, body, contentType);
  const stream = new OpenStream(reply.raw, contentType.startsWith(eventStream));
  countUnfinished(reply, stream);
  call.extendDeadline(route.streamMaxMs ?? defaultStreamMaxMs);
  whenAborted(call.signal, () => stream.cutSoon());
  void produce(body, stream, call);
  stream.flushHead();
}

function writeHead(
  route: RouteDefinition,
  reply: FastifyReply,
  { head }: StreamBody,
  contentType: string,
): void {
  reply
    .code(head.status ?? successStatus(route))
    .headers({ 'cache-control': 'no-cache', 'x-accel-buffering': 'no', ...head.headers })
    .type(contentType);
  reply.raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
  reply.hijack();
}

async function produce(body: StreamBody, stream: OpenStream, call: HttpCall): Promise<void> {
  try {
    await body.produce(stream);
    stream.end();
  } catch (error) {
    call.recordFailure(error);
    stream.cut();
  }
}

/** Records responses that end early. Fastify calls no hook for those. */
function countUnfinished({ raw, request, server }: FastifyReply, stream: OpenStream): void {
  const count = (): void => {
    if (!raw.writableFinished) server.recordEnd(request, stream.wasCut ? cutByKit : clientLeft);
  };
  if (raw.closed) count();
  else raw.once('close', count);
}

function whenAborted(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener('abort', act, { once: true });
}
