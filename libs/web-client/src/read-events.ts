import { createParser } from 'eventsource-parser';
import { errorFrom, unreachable } from './api-error.ts';

/** A parsed event of a stream. */
export interface ReceivedEvent {
  readonly event: string;
  readonly data: unknown;
}

/**
 * Yields the events of a response until `done`. Throws the ApiError of an `error` event, and UNREACHABLE if the stream
 * ends early.
 */
export async function* readEvents(
  response: Response,
  signal?: AbortSignal,
): AsyncGenerator<ReceivedEvent, void, undefined> {
  const received: ReceivedEvent[] = [];
  const parser = createParser({
    onEvent: ({ event = 'message', data }) => received.push({ event, data: JSON.parse(data) }),
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  try {
    while (reader) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw signal?.aborted ? cause : unreachable(cause);
      });
      if (done) break;
      parser.feed(value);
      for (const one of received.splice(0)) {
        if (one.event === 'error') throw errorFrom(one.data, response);
        yield one;
        if (one.event === 'done') return;
      }
    }
    throw unreachable('the stream ended before its event `done`');
  } finally {
    // The connection stays open if the consumer stops early.
    await reader?.cancel().catch(() => undefined);
  }
}
