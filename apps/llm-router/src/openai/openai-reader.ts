import { type Call, openAiErrorEvent, type StreamSink } from '@valuecanvas/service-kit';
import type { StreamReader } from '../completions/stream.ts';
import { isUsageAlone } from '../completions/stream-track.ts';
import { type CompletionBody, isObject } from '../providers/chat-completion.ts';
import type { StreamEvent } from '../providers/stream-event.ts';

const end = 'data: [DONE]\n\n';

/** Hands a provider's events on byte for byte; the usage that only we asked for is left out. */
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
      void sink.write(openAiErrorEvent(call.recordFailure(error), call.requestId));
      sink.end();
    },
  };
}
