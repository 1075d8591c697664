import type { ChatResult, chat } from '@valuecanvas/contracts-llm-router';
import type { ServerEvents } from '@valuecanvas/service-kit';
import type { AnswerFacts } from '../completions/answer.ts';
import type { StreamReader } from '../completions/stream.ts';
import { createTextCollector } from './answer-text.ts';

/** Converts a provider's stream to our own events: the text of the first choice, then the whole result. */
export function chatReader(
  events: ServerEvents<typeof chat>,
  toResult: (facts: AnswerFacts) => Omit<ChatResult, 'content' | 'finishReason'>,
): StreamReader {
  const collector = createTextCollector();
  let sent = '';
  const send = (piece: string): Promise<void> | undefined => {
    if (piece === '') return undefined;
    sent += piece;
    return events.send('delta', { content: piece });
  };
  return {
    take(batch) {
      let piece = '';
      for (const { data } of batch) {
        const choice = data?.choices[0];
        if (choice) piece += collector.add(choice.delta ?? {}, choice.finish_reason);
      }
      return send(piece);
    },
    done(facts) {
      const { content, finishReason } = collector.text();
      // A text that is not the content is known only now. White space may precede it.
      if (sent.trim() === '' && content !== sent) void send(content);
      events.done({ content: sent, ...toResult(facts), finishReason });
    },
    broken: (error) => events.fail(error),
  };
}
