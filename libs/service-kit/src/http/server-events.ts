import { type EventsOf, type RouteDefinition, toErrorEnvelope } from '@valuecanvas/contracts-core';
import type { Call } from './call.ts';
import type { StreamSink } from './stream-body.ts';

type Named<R extends RouteDefinition> = EventsOf<R>;
type DoneOf<R extends RouteDefinition> = Named<R> extends { readonly done: infer D } ? D : never;

/** A route's own server-sent events; exactly one of `done` and `fail` ends them. */
export interface ServerEvents<R extends RouteDefinition> {
  /** Sends an event; a promise where the client does not keep up, as with a sink. `id` counts from 1 where absent. */
  send<N extends Exclude<keyof Named<R>, 'done'> & string>(
    name: N,
    data: Named<R>[N],
    id?: string,
  ): Promise<void> | undefined;
  /** Sends the result and ends the answer. */
  done(data: DoneOf<R>): void;
  /** Records an error, sends its public envelope as `error` and ends the answer. */
  fail(error: unknown): void;
}

/** Sends a route's own events on its stream. Ids must have no line break. */
export function serverEvents<R extends RouteDefinition>(
  call: Pick<Call, 'requestId' | 'recordFailure'>,
  sink: StreamSink,
): ServerEvents<R> {
  let last = 0;
  const send = (name: string, data: unknown, id?: string): Promise<void> | undefined => {
    last += 1;
    return sink.write(`event: ${name}\nid: ${id ?? last}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const finish = (name: string, data: unknown): void => {
    void send(name, data);
    sink.end();
  };
  return {
    send,
    done: (data) => finish('done', data),
    fail: (error) => finish('error', toErrorEnvelope(call.recordFailure(error), call.requestId)),
  };
}
