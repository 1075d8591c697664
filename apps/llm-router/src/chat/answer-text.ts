import { hasRefusal, reasoningOf } from '../protocol/answer-reader.ts';
import { isObject } from '../protocol/completion.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Text of an answer, and the reason why it ends. */
export interface AnswerText {
  readonly content: string;
  readonly finishReason: string;
}

/** Collects the text of one choice, from a whole message or from deltas. */
export interface TextCollector {
  /** Adds a message or delta. Returns its content. */
  add(message: Fields, finishReason: string | null | undefined): string;
  /**
   * Returns the whole text. Without content it is the refusal, with the finish reason `refusal`; else the arguments of the tool
   * calls; else the reasoning.
   */
  text(): AnswerText;
}

export function createTextCollector(): TextCollector {
  let content = '';
  let refusal = '';
  let reasoning = '';
  let reason = 'stop';
  let hasContent = false;
  const toolArguments = new Map<number, string>();

  function addToolCalls({ tool_calls: toolCalls, function_call: call }: Fields): void {
    if (Array.isArray(toolCalls)) toolCalls.forEach(addToolCall);
    if (isObject(call)) addArguments(0, call.arguments);
  }

  function addToolCall(toolCall: unknown, position: number): void {
    if (!isObject(toolCall)) return;
    const { index, function: called } = toolCall;
    if (isObject(called)) addArguments(typeof index === 'number' ? index : position, called.arguments);
  }

  function addArguments(index: number, value: unknown): void {
    if (value === undefined || value === null) return;
    const piece = typeof value === 'string' ? value : JSON.stringify(value);
    toolArguments.set(index, (toolArguments.get(index) ?? '') + piece);
  }

  return {
    add(message, finishReason) {
      if (finishReason) reason = finishReason;
      const piece = typeof message.content === 'string' ? message.content : '';
      content += piece;
      if (hasRefusal(message)) refusal += String(message.refusal);
      hasContent ||= piece.trim() !== '';
      // Only used without content.
      if (!hasContent) {
        reasoning += reasoningOf(message);
        addToolCalls(message);
      }
      return piece;
    },
    text() {
      if (hasContent) return { content, finishReason: reason };
      if (refusal !== '') return { content: refusal, finishReason: 'refusal' };
      return {
        content: [...toolArguments.values()].join('\n') || reasoning || content,
        finishReason: reason,
      };
    },
  };
}
