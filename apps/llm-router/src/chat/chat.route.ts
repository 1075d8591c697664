import { chat } from '@valuecanvas/contracts-llm-router';
import { respond, serve, serverEvents, stream as streamReply } from '@valuecanvas/service-kit';
import { answerHeaders } from '../completions/whole-completion.ts';
import type { ChatService } from './chat.service.ts';

export const chatRoute = (service: ChatService) =>
  serve(chat, async (call) => {
    if (!call.body.stream) {
      const { source, facts, result } = await service.chat(call);
      return respond(200, result, answerHeaders(source, facts));
    }
    const streamed = await service.stream(call);
    return streamReply({ headers: answerHeaders(streamed.source, streamed) }, (sink) =>
      streamed.readTo(serverEvents(chat, call, sink)),
    );
  });
