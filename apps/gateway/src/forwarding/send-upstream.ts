import { AppError, maxIdempotencyKeyLength, publicHeaders } from '@valuecanvas/contracts-core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import { type ClientBody, clientBodyOf } from './client-body.ts';
import type { Attempts } from './connection-attempts.ts';
import type { ResponseRelay } from './response-relay.ts';

/** The content of a client's body for one attempt. */
export type BodyContent = ReturnType<ClientBody['read']>;

/**
 * Sends a request upstream, and again if it was certainly not received. Streams the response to the client. Resolves
 * once the response has started or the client has disconnected.
 */
export async function sendUpstream(
  request: FastifyRequest,
  reply: FastifyReply,
  to: {
    readonly attempts: Attempts;
    readonly dispatcher: Dispatcher;
    readonly relay: ResponseRelay;
    /** Called for each attempt. */
    readonly options: (content: BodyContent) => Dispatcher.DispatchOptions;
  },
): Promise<void> {
  const { relay, attempts, dispatcher } = to;
  try {
    const body = await clientBodyOf(request.raw);
    const repeatable = {
      whole: () => !body.hasStarted(),
      reads: request.method === 'GET' || request.method === 'HEAD',
      abandoned: () => relay.abandoned,
    };
    await attempts(repeatable, () =>
      relay.start((handler) => dispatcher.dispatch(to.options(body.read()), handler)),
    );
  } catch (error) {
    if (relay.abandoned || request.raw.errored) return void reply.hijack();
    throw error;
  }
}

/** A segment `.` or `..`, encoded or not: its target would depend on the component that resolves it. */
const dotSegment = /\/(?:\.|%2e){1,2}(?=[/?#]|$)/i;

/** Throws the AppError for a request that is refused before it is forwarded. */
export function assertForwardable({ url, headers }: FastifyRequest): void {
  if (dotSegment.test(url.split('?', 1)[0] ?? url)) throw new AppError('NOT_FOUND');
  const idempotencyKey = headers[publicHeaders.idempotencyKey];
  if (idempotencyKey !== undefined && idempotencyKey.length > maxIdempotencyKeyLength) {
    const message = `must not be longer than ${maxIdempotencyKeyLength} characters`;
    throw new AppError('VALIDATION_FAILED', { details: [{ path: publicHeaders.idempotencyKey, message }] });
  }
}

/** Path and query of a request target, which a proxy may send in absolute form (RFC 9112, section 3.2.2). */
export function targetOf(url: string): string {
  if (url.startsWith('/')) return url;
  const { pathname, search } = new URL(url);
  return pathname + search;
}
