import type { Completion } from '../chat/completion.ts';
import { completionBody } from '../chat/completion-body.ts';
import type { Fault } from '../faults/fault-names.ts';
import { type Answered, answered, type Ending, sizedHeaders } from './delivery.ts';
import { htmlPage, midwayError } from './provider-failure.ts';

/** A completion as one JSON body, changed by the fault. */
export function bodyDelivery(completion: Completion, fault: Fault, requestId: string): Answered {
  const omit = { usage: fault === 'no-usage', choices: fault === 'empty-choices' };
  const full = Buffer.from(JSON.stringify(completionBody(completion, omit)));
  const half = full.subarray(0, full.length / 2);
  const tokens = completion.usage.completion;
  const send = (bytes: Buffer, announced: number | null, ending: Ending, type = 'application/json') =>
    answered({ status: 200, headers: headersFor(type, announced, requestId), ending, billed: true }, [
      { bytes, tokens },
    ]);

  switch (fault) {
    case 'cut':
      return send(half, full.length, 'destroy');
    case 'stall':
      return send(half, full.length, 'hold');
    case 'silent-end':
      return send(half, null, 'end');
    case 'malformed':
      return send(half, half.length, 'end');
    case 'error-event':
      return unbilled(JSON.stringify(midwayError), 'application/json', requestId);
    case 'wrong-content-type':
      return unbilled(htmlPage, 'text/html; charset=utf-8', requestId);
    default:
      return send(full, full.length, 'end');
  }
}

function unbilled(text: string, type: string, requestId: string): Answered {
  const bytes = Buffer.from(text);
  const headers = headersFor(type, bytes.length, requestId);
  return answered({ status: 200, headers, ending: 'end', billed: false }, [{ bytes, tokens: 0 }]);
}

/** Without a length, node:http sends the body in chunks, and the client does not notice an early end. */
function headersFor(type: string, length: number | null, requestId: string): readonly string[] {
  const own = { 'x-request-id': requestId };
  return length === null
    ? ['content-type', type, ...Object.entries(own).flat()]
    : sizedHeaders(type, length, own);
}
