import type { RouteDefinition } from '@valuecanvas/contracts-core';
import type { FastifyReply } from 'fastify';
import { Respond } from './call.ts';
import type { IdempotentCall } from './idempotency.ts';
import { type ServerEvents, sendStream, serverEvents, stream } from './stream.ts';

/** Result of `streamAnswer` if the answer was streamed. */
export const streamed: unique symbol = Symbol('streamed');

/**
 * Streams the events that a handler sends, then its answer as `done` or its failure as `error`. A failure before the first
 * event is thrown. An outcome with a status of its own before the first event, such as 202, is returned.
 */
export async function streamAnswer(
  route: RouteDefinition,
  reply: FastifyReply,
  call: IdempotentCall,
  answer: () => Promise<unknown>,
): Promise<unknown> {
  const ended = Promise.withResolvers<void>();
  let opened: ServerEvents<RouteDefinition> | undefined;
  const open = (): ServerEvents<RouteDefinition> => {
    const body = stream({}, (sink) => {
      opened = serverEvents(call, sink);
      return ended.promise;
    });
    sendStream(route, reply, call, body);
    return opened as ServerEvents<RouteDefinition>;
  };
  call.events = {
    send(name, data) {
      // A few small events, so backpressure needs no waiting.
      void (opened ?? open()).send(name as never, data as never);
    },
  };
  try {
    const outcome = await answer();
    if (outcome instanceof Respond && !opened) return outcome;
    (opened ?? open()).done((outcome instanceof Respond ? outcome.value : outcome) as never);
  } catch (error) {
    if (!opened) throw error;
    opened.fail(error);
  } finally {
    ended.resolve();
  }
  return streamed;
}
