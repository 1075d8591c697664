import type { ChatResult, chat } from '@valuecanvas/contracts-llm-router';
import type { ServerEvents } from '@valuecanvas/service-kit';
import type { AnswerFacts } from '../completions/answer.ts';
import type { StreamReader } from '../completions/stream.ts';

/** Converts a provider's stream to our own events: the text of the first choice, then the whole result. */
export function chatReader(
  events: ServerEvents<typeof chat>,
  toResult: (facts: AnswerFacts) => Omit<ChatResult, 'content' | 'finishReason'>,
): StreamReader {
  let content = '';
  let finishReason = 'stop';
  return {
    take(batch) {
      let piece = '';
      for (const { data } of batch) {
        const [choice] = data?.choices ?? [];
        piece += choice?.delta?.content ?? '';
        if (choice?.finish_reason) finishReason = choice.finish_reason;
      }
      content += piece;
      return piece === '' ? undefined : events.send('delta', { content: piece });
    },
    done: (facts) => events.done({ content, ...toResult(facts), finishReason }),
    broken: (error) => events.fail(error),
  };
}
