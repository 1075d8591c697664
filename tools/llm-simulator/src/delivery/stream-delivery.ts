import type { Completion } from '../chat/completion.ts';
import { completionEvents, type StreamEvent, type StreamShape } from '../chat/completion-events.ts';
import type { Effect } from '../faults/effect.ts';
import { type Answered, answered, type Ending, type Part } from './delivery.ts';
import { htmlPage, midwayError } from './provider-failure.ts';

const brokenEvent: StreamEvent = { text: 'data: {"id":"chatcmpl-\n\n', tokens: 0 };
const errorEvent: StreamEvent = { text: `data: ${JSON.stringify(midwayError)}\n\n`, tokens: 0 };
const pageEvent: StreamEvent = { text: htmlPage, tokens: 0 };

/** A completion as server-sent events, changed by the fault of the effect. */
export function streamDelivery(
  completion: Completion,
  effect: Effect,
  shape: StreamShape,
  requestId: string,
): Answered {
  const omit = { usage: effect.fault === 'no-usage', choices: effect.fault === 'empty-choices' };
  const events = completionEvents(completion, shape, omit);
  const { kept, ending } = faulted(events, effect);
  const page = effect.fault === 'wrong-content-type';
  const headers = ['content-type', page ? 'text/html; charset=utf-8' : 'text/event-stream; charset=utf-8'];
  return answered(
    {
      status: 200,
      headers: [...headers, 'cache-control', 'no-cache', 'x-request-id', requestId],
      ending,
      billed: !page,
    },
    partsOf(kept, completion.usage.completion),
  );
}

function faulted(
  events: readonly StreamEvent[],
  { fault, afterChunks }: Effect,
): { kept: readonly StreamEvent[]; ending: Ending } {
  const position = afterChunks ?? Math.floor(events.length / 2);
  const before = events.slice(0, position);
  switch (fault) {
    case 'cut':
      return { kept: before, ending: 'destroy' };
    case 'stall':
      return { kept: before, ending: 'hold' };
    case 'silent-end':
      return { kept: before, ending: 'end' };
    case 'error-event':
      return { kept: [...before, errorEvent], ending: 'end' };
    case 'malformed':
      return { kept: [...before, brokenEvent, ...events.slice(position)], ending: 'end' };
    case 'wrong-content-type':
      return { kept: [pageEvent], ending: 'end' };
    default:
      return { kept: events, ending: 'end' };
  }
}

/** The running total of tokens, bounded by the usage: each piece rounds its own tokens up. */
function partsOf(events: readonly StreamEvent[], most: number): readonly Part[] {
  let tokens = 0;
  return events.map((event) => {
    tokens = Math.min(most, tokens + event.tokens);
    return { bytes: Buffer.from(event.text), tokens };
  });
}
