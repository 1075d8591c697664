import type { createChatCompletion } from '@valuecanvas/contracts-llm-router';
import { type Call, type Handler, respond, stream } from '@valuecanvas/service-kit';
import { answerHeaders } from '../completions/answer.ts';
import { type CompletionRequest, cachingOf, idempotencyOf } from '../completions/request.ts';
import type { Complete } from '../completions/serve.ts';
import type { Stream } from '../completions/stream.ts';
import type { CompletionBody } from '../protocol/completion.ts';
import { openAiReader } from './openai-reader.ts';

/** Serves OpenAI's own protocol by relaying the provider's bytes. */
export function createChatCompletionHandler(
  complete: Complete,
  startStream: Stream,
): Handler<typeof createChatCompletion> {
  return async (call) => {
    const request = toRequest(call);
    if (request.body.stream !== true) {
      const { source, facts, bytes } = await complete(request);
      return respond(200, bytes, answerHeaders(source, facts));
    }
    const streamed = await startStream(request);
    return stream({ headers: answerHeaders(streamed.source, streamed) }, (sink) =>
      streamed.readTo(openAiReader(call, sink, request.body)),
    );
  };
}

function toRequest(call: Call<typeof createChatCompletion>): CompletionRequest {
  return {
    call,
    body: call.body as CompletionBody,
    caching: cachingOf(call.header('cache-control')),
    idempotency: idempotencyOf(call),
    promptVersionId: undefined,
  };
}
