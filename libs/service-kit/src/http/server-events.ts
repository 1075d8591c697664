import { type EventsOf, type RouteDefinition, toErrorEnvelope } from '@valuecanvas/contracts-core';
import type { Call } from './call.ts';
import type { StreamSink } from './stream-body.ts';

type Named<R extends RouteDefinition> = EventsOf<R>;
type DoneOf<R extends RouteDefinition> = Named<R> extends { readonly done: infer D } ? D : never;

/** Sends the server-sent events of a route. Exactly one of `done` and `fail` ends the stream. */
export interface ServerEvents<R extends RouteDefinition> {
  /** Sends an event. Returns a promise if the client is slow, as a sink does. `id` counts from 1 unless it is given. */
  send<N extends Exclude<keyof Named<R>, 'done'> & string>(
    name: N,
    data: Named<R>[N],
    id?: string,
  ): Promise<void> | undefined;
  /** Sends the result and ends the response. */
  done(data: DoneOf<R>): void;
  /** Records an error, sends its public envelope as the event `error` and ends the response. */
  fail(error: unknown): void;
}

/** Creates the sender of a route's events on its stream. Ids must not contain a line break. */
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
