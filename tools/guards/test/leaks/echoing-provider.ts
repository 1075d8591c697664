import type { ServerResponse } from 'node:http';
import { type Capture, type Captured, startCapture } from './capture.ts';
import { mark } from './marked-values.ts';

const blocks = [
  'keyPartners',
  'keyActivities',
  'valuePropositions',
  'customerRelationships',
  'customerSegments',
  'keyResources',
  'channels',
  'costStructure',
  'revenueStreams',
];

/** A valid answer for a canvas and for a refinement. The mark represents text of a model. */
const good = JSON.stringify({
  ...Object.fromEntries(blocks.map((block) => [block, [`${mark}answer`]])),
  suggestions: [`${mark}suggestion`],
  reasoning: `${mark}reasoning`,
});

/** A provider that answers most calls, and repeats the prompt in its errors and in answers that cannot be parsed. */
export function startEchoingProvider(): Promise<Capture> {
  let calls = 0;
  return startCapture((request, response) => {
    // The router's check at its start.
    if (request.body === '') return void response.end('{}');
    calls += 1;
    // Few enough errors that no circuit breaker opens.
    if (calls % 6 === 4) fail(500, request, response);
    else if (calls % 6 === 5) fail(400, request, response);
    else succeed(calls % 6 === 3 ? `{"keyPartners": ${request.body}` : good, request, response);
  });
}

function fail(status: number, { body }: Captured, response: ServerResponse): void {
  response.statusCode = status;
  response.end(
    JSON.stringify({ error: { message: `cannot serve ${body}`, type: 'server_error', code: body } }),
  );
}

function succeed(content: string, { body }: Captured, response: ServerResponse): void {
  const { model, stream } = JSON.parse(body) as { model: string; stream?: boolean };
  const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 };
  const frame = { id: 'chatcmpl-1', created: 1, model, usage };
  if (!stream) {
    const message = { role: 'assistant', content };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    response.end(JSON.stringify({ ...frame, object: 'chat.completion', choices }));
    return;
  }
  const choices = [{ index: 0, delta: { content }, finish_reason: 'stop' }];
  response.setHeader('content-type', 'text/event-stream');
  response.end(
    `data: ${JSON.stringify({ ...frame, object: 'chat.completion.chunk', choices })}\n\ndata: [DONE]\n\n`,
  );
}
