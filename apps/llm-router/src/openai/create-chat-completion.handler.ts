import type { createChatCompletion } from '@valuecanvas/contracts-llm-router';
import { type Call, type Handler, respond } from '@valuecanvas/service-kit';
import { answerHeaders } from '../completions/answer.ts';
import { type CompletionRequest, cachingOf, idempotencyOf } from '../completions/request.ts';
import type { Complete } from '../completions/serve.ts';
import { type Stream, streamReply } from '../completions/stream.ts';
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
    return streamReply(streamed, (sink) => streamed.readTo(() => openAiReader(call, sink, request.body)));
  };
}

function toRequest(call: Call<typeof createChatCompletion>): CompletionRequest {
  return {
    call,
    body: exactBody(call) as CompletionBody,
    caching: cachingOf(call.header('cache-control')),
    idempotency: idempotencyOf(call),
    promptVersionId: undefined,
    isSchemaBinding: true,
  };
}

/** A number of 16 digits or more: the smallest length that can exceed 2^53. Digits within text rarely follow these characters. */
const longNumber = /[[:,\s-]\d{16}/;

/** Returns the body with integers beyond 2^53 as the client wrote them, so that they reach the provider unchanged. */
function exactBody({ body, bodyText }: Call<typeof createChatCompletion>): unknown {
  if (bodyText === undefined || !longNumber.test(bodyText)) return body;
  const json = JSON as unknown as JsonWithSource;
  return json.parse(bodyText, (_name, value: unknown, { source }) =>
    source !== undefined && Number.isInteger(value) && !Number.isSafeInteger(value)
      ? json.rawJSON(source)
      : value,
  );
}

/** Node's JSON gives the source text of a value. TypeScript's libraries do not declare this yet. */
interface JsonWithSource {
  rawJSON(text: string): unknown;
  parse(
    text: string,
    reviver: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
}
