import {
  AppError,
  type CallContext,
  type EventsOf,
  type RouteDefinition,
  type ServiceName,
} from '@valuecanvas/contracts-core';
import type { Dispatcher } from 'undici';
import { toAppError } from './connection-retry.ts';
import { errorFrom } from './read-reply.ts';
import { eventOf } from './sse-data.ts';
import { createSseSplitter } from './sse-splitter.ts';

/** Event of a route's stream, discriminated by `name`. The last one is `done`. */
export type StreamEvent<R extends RouteDefinition> = {
  readonly [N in keyof EventsOf<R> & string]: {
    readonly name: N;
    readonly id: string | undefined;
    readonly data: EventsOf<R>[N];
  };
}[keyof EventsOf<R> & string];

/** Maximum size of an event. A longer one fails the stream. */
const maxEventBytes = 16 * 1024 * 1024;

/**
 * Reads the events of a stream and ends after `done`. Throws the AppError of an `error` event, or DEPENDENCY_UNAVAILABLE
 * if the stream ends without either, in which case it can be resumed. Breaking out of the loop closes the connection.
 */
export async function* readEvents<R extends RouteDefinition>(
  service: ServiceName,
  call: CallContext,
  body: Dispatcher.ResponseData['body'],
): AsyncGenerator<StreamEvent<R>, void, undefined> {
  const splitter = createSseSplitter();
  try {
    for await (const bytes of body as AsyncIterable<Buffer>) {
      for (const raw of splitter.push(bytes)) {
        const event = eventOf(raw);
        if (event === undefined) continue;
        const data: unknown = JSON.parse(event.data);
        if (event.name === 'error') throw errorFrom(service, data);
        yield { name: event.name, id: event.id, data } as StreamEvent<R>;
        if (event.name === 'done') return;
      }
      if (splitter.restBytes() > maxEventBytes) throw broken(`an event of ${service} is too long`);
    }
  } catch (error) {
    throw toAppError(service, call, error);
  } finally {
    body.destroy();
  }
  throw broken(`${service} ended its stream without done`);
}

function broken(internal: string): AppError {
  return new AppError('DEPENDENCY_UNAVAILABLE', { internal });
}
