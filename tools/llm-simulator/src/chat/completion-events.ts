import { piecesOf, tokensOf } from '../tokens.ts';
import { type Completion, toolCallId } from './completion.ts';
import type { Omissions } from './completion-body.ts';
import type { Choice } from './limits.ts';
import { usageBody } from './usage.ts';

/** One event of a stream, ready to be written. */
export interface StreamEvent {
  readonly text: string;
  /** Completion tokens that it carries. */
  readonly tokens: number;
}

/** The division of a stream into events. */
export interface StreamShape {
  readonly tokensPerChunk: number;
  /** True if the caller asked for a last event with the usage. */
  readonly includeUsage: boolean;
}

/** The event that ends every complete stream. */
const doneEvent: StreamEvent = { text: 'data: [DONE]\n\n', tokens: 0 };

/** The `chat.completion.chunk` events as OpenAI sends them, the last one (`[DONE]`) included. */
export function completionEvents(
  completion: Completion,
  shape: StreamShape,
  omit: Omissions,
): readonly StreamEvent[] {
  const { usage } = completion;
  const frame = framing(completion, shape.includeUsage);
  const choices = omit.choices ? [] : completion.choices;
  const starts = choices.map((choice) =>
    frame.delta(choice, startOf(completion, choice), choice.reasoningTokens),
  );
  const contents = choices.flatMap((choice) =>
    piecesOf(contentOf(choice), shape.tokensPerChunk).map((piece) =>
      frame.delta(choice, pieceOf(choice, piece), tokensOf(piece)),
    ),
  );
  const ends = choices.map((choice) => frame.end(choice));
  const reported = shape.includeUsage && !omit.usage ? [frame.withoutChoices(usageBody(usage))] : [];
  const empty = omit.choices ? [frame.withoutChoices(null)] : [];
  return [...starts, ...contents, ...ends, ...empty, ...reported, doneEvent];
}

function framing({ identity, model, serviceTier }: Completion, includeUsage: boolean) {
  const { id, created, fingerprint } = identity;
  const common = {
    id,
    object: 'chat.completion.chunk',
    created,
    model,
    service_tier: serviceTier,
    system_fingerprint: fingerprint,
  };
  const head = `data: ${JSON.stringify(common).slice(0, -1)},"choices":[`;
  const tail = includeUsage ? '],"usage":null}\n\n' : ']}\n\n';
  const choice = (index: number, delta: object, finish: string | null) =>
    `${head}{"index":${index},"delta":${JSON.stringify(delta)},"logprobs":null,"finish_reason":${JSON.stringify(finish)}}${tail}`;
  return {
    delta: ({ index }: Choice, delta: object, tokens: number): StreamEvent => ({
      text: choice(index, delta, null),
      tokens,
    }),
    end: ({ index, finishReason }: Choice): StreamEvent => ({
      text: choice(index, {}, finishReason),
      tokens: 0,
    }),
    withoutChoices: (usage: object | null): StreamEvent => ({
      text: usage ? `${head}],"usage":${JSON.stringify(usage)}}\n\n` : head + tail,
      tokens: 0,
    }),
  };
}

function startOf({ identity }: Completion, choice: Choice): object {
  const { answer } = choice;
  if (answer.kind === 'text') return { role: 'assistant', content: '', refusal: null };
  const called = { name: answer.tool, arguments: '' };
  const call = { index: 0, id: toolCallId(identity, choice), type: 'function', function: called };
  return { role: 'assistant', content: null, tool_calls: [call], refusal: null };
}

function contentOf({ answer }: Choice): string {
  return answer.kind === 'text' ? answer.text : answer.arguments;
}

function pieceOf({ answer }: Choice, piece: string): object {
  return answer.kind === 'text'
    ? { content: piece }
    : { tool_calls: [{ index: 0, function: { arguments: piece } }] };
}
