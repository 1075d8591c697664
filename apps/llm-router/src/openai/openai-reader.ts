import { toOpenAiError } from '@valuecanvas/contracts-llm-router';
import type { Call, StreamSink } from '@valuecanvas/service-kit';
import { isUsageAlone, type StreamReader } from '../completions/stream.ts';
import { type CompletionBody, isObject, type StreamEvent } from '../protocol/completion.ts';

const end = 'data: [DONE]\n\n';

/** Relays a provider's events byte for byte. Omits the usage event unless the client requested it. */
export function openAiReader(
  call: Pick<Call, 'requestId' | 'recordFailure'>,
  sink: StreamSink,
  { stream_options: options }: CompletionBody,
): StreamReader {
  const wantsUsage = isObject(options) && options.include_usage === true;
  const isShown = (event: StreamEvent) => !event.done && (wantsUsage || !isUsageAlone(event));
  return {
    take(events) {
      const shown = events.filter(isShown).map(({ bytes }) => bytes);
      const [first, second] = shown;
      if (!first) return undefined;
      return sink.write(second ? Buffer.concat(shown) : first);
    },
    done() {
      void sink.write(end);
      sink.end();
    },
    broken(error) {
      const failure = toOpenAiError(call.recordFailure(error), call.requestId);
      void sink.write(`data: ${JSON.stringify(failure)}\n\n`);
      sink.end();
    },
  };
}
