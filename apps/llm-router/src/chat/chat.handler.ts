import type { chat } from '@valuecanvas/contracts-llm-router';
import { eventStream, type Handler, respond, serverEvents } from '@valuecanvas/service-kit';
import { answerHeaders } from '../completions/answer.ts';
import { streamReply } from '../completions/stream.ts';
import type { ChatService } from './chat.service.ts';

export function chatHandler(service: ChatService): Handler<typeof chat> {
  return async (call) => {
    const wantsStream = call.body.stream ?? call.accepts('application/json', eventStream) === eventStream;
    if (!wantsStream) {
      const { source, facts, result } = await service.chat(call);
      return respond(200, result, answerHeaders(source, facts));
    }
    const streamed = await service.stream(call);
    return streamReply(streamed, (sink) => streamed.readTo(() => serverEvents<typeof chat>(call, sink)));
  };
}
