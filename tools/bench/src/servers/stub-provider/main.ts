import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stampNow } from '../../load/stamps.ts';
import { announce } from '../../platform/announce.ts';
import { streamShape } from '../../streams.ts';

/**
 * A provider of negligible cost: a constant answer, and streams whose chunks contain their time of writing, from which the
 * load generator computes transit times.
 */
const answer = JSON.stringify(
  completion('chat.completion', { message: { role: 'assistant', content: 'It depends. '.repeat(80) } }),
);
const usage = { prompt_tokens: 200, completion_tokens: streamShape.chunks, total_tokens: 250 };

function completion(object: string, choice: object, finish: string | null = 'stop') {
  return {
    id: 'chatcmpl-stub',
    object,
    created: 1_760_000_000,
    model: 'gpt-4o-mini',
    choices: [{ index: 0, ...choice, logprobs: null, finish_reason: finish }],
    ...(object === 'chat.completion'
      ? { usage: { prompt_tokens: 200, completion_tokens: 240, total_tokens: 440 } }
      : {}),
  };
}

const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;

function writeStream(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
  let written = 0;
  const write = (): void => {
    const delta = { role: 'assistant', content: `word ${stampNow()} ` };
    response.write(event(completion('chat.completion.chunk', { delta }, null)));
    written += 1;
    if (written < streamShape.chunks) return;
    clearInterval(timer);
    const last = completion('chat.completion.chunk', { delta: {} });
    response.end(`${event(last)}${event({ ...last, choices: [], usage })}data: [DONE]\n\n`);
  };
  const timer = setInterval(write, streamShape.intervalMs);
  response.once('close', () => clearInterval(timer));
  write();
}

const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    if (parts.some((part) => part.includes('"stream":true'))) writeStream(response);
    else
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) })
        .end(answer);
  });
});
await once(server.listen(0, '127.0.0.1'), 'listening');
announce(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
