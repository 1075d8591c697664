import type { ChatResult, chat } from '@valuecanvas/contracts-llm-router';
import type { RenderedVersion } from '@valuecanvas/prompts-sdk';
import type { Call, ServerEvents } from '@valuecanvas/service-kit';
import type { AnswerFacts, Source } from '../completions/answer.ts';
import { type CompletionRequest, cachingOf, idempotencyOf } from '../completions/request.ts';
import type { Complete, WholeCompletion } from '../completions/serve.ts';
import type { Stream, StreamedCompletion, StreamReader } from '../completions/stream.ts';
import type { ChatExecution, PromptedChats } from '../prompts/prompted-chats.ts';
import { toCompletionBody, toResult, toResultFacts } from './chat-completion.ts';
import { chatReader } from './chat-reader.ts';

type ChatCall = Call<typeof chat>;

/** The platform's own chat API, simpler than OpenAI's. */
export interface ChatService {
  chat(call: ChatCall): Promise<Pick<WholeCompletion, 'source' | 'facts'> & { readonly result: ChatResult }>;
  stream(call: ChatCall): Promise<
    Pick<StreamedCompletion, 'source' | 'provider' | 'model' | 'abandon'> & {
      readTo(createEvents: () => ServerEvents<typeof chat>): Promise<void>;
    }
  >;
}

export function createChatService(
  complete: Complete,
  stream: Stream,
  options: { readonly defaultModel: string; readonly prompted: PromptedChats },
): ChatService {
  const { defaultModel, prompted } = options;

  const toRequest = (
    call: ChatCall,
    prompt: RenderedVersion | undefined,
    isStreamed: boolean,
  ): CompletionRequest => ({
    call,
    body: { ...toCompletionBody(call.body, prompt, defaultModel), ...(isStreamed ? { stream: true } : {}) },
    caching: cachingOf(call.header('cache-control')),
    // A stream and a whole answer are stored differently, so a key belongs to one of them.
    idempotency: idempotencyOf(call, isStreamed && !call.body.stream ? 'stream\n' : ''),
    promptVersionId: prompt?.versionId ?? call.body.promptVersionId,
    isSchemaBinding: false,
  });

  return {
    async chat(call) {
      const startedAt = performance.now();
      const { prompt, execution } = prompted.begin(call);
      try {
        const { source, facts, answer } = await complete(toRequest(call, prompt, false));
        const latencyMs =
          source.kind === 'cache' ? Math.round(performance.now() - startedAt) : facts.latencyMs;
        const result = toResult(source, { ...facts, latencyMs }, answer());
        await execution.answered(source, facts);
        return { source, facts, result: { ...result, ...execution.facts(source) } };
      } catch (error) {
        await execution.failed(error);
        throw error;
      }
    },

    async stream(call) {
      const { prompt, execution } = prompted.begin(call);
      try {
        const streamed = await stream(toRequest(call, prompt, true));
        const { source } = streamed;
        const toStreamed = (facts: AnswerFacts) => ({
          ...toResultFacts(source, facts),
          ...execution.facts(source),
        });
        return {
          ...streamed,
          readTo: (createEvents) =>
            streamed.readTo(() => recorded(chatReader(createEvents(), toStreamed), execution, source)),
        };
      } catch (error) {
        await execution.failed(error);
        throw error;
      }
    },
  };
}

/** Records the execution when the stream has ended. Its events are sent without waiting for the record. */
function recorded(reader: StreamReader, execution: ChatExecution, source: Source): StreamReader {
  return {
    take: (batch) => reader.take(batch),
    done(facts) {
      void execution.answered(source, facts);
      reader.done(facts);
    },
    broken(error) {
      void execution.failed(error);
      reader.broken(error);
    },
  };
}
