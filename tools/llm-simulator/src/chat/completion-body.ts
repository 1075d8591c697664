import { type Completion, toolCallId } from './completion.ts';
import type { Choice } from './limits.ts';
import { usageBody } from './usage.ts';

/** The parts of a completion that a fault omits. */
export interface Omissions {
  readonly usage: boolean;
  readonly choices: boolean;
}

/** The `chat.completion` object as OpenAI sends it. */
export function completionBody(completion: Completion, omit: Omissions): object {
  const { identity, model, serviceTier, choices, usage } = completion;
  return {
    id: identity.id,
    object: 'chat.completion',
    created: identity.created,
    model,
    choices: omit.choices ? [] : choices.map((choice) => choiceBody(completion, choice)),
    ...(!omit.usage && { usage: usageBody(usage) }),
    service_tier: serviceTier,
    system_fingerprint: identity.fingerprint,
  };
}

function choiceBody({ identity }: Completion, choice: Choice): object {
  const message = {
    role: 'assistant',
    ...saidBy(choice, toolCallId(identity, choice)),
    refusal: null,
    annotations: [],
  };
  return { index: choice.index, message, logprobs: null, finish_reason: choice.finishReason };
}

function saidBy({ answer }: Choice, callId: string): object {
  if (answer.kind === 'text') return { content: answer.text };
  const called = { name: answer.tool, arguments: answer.arguments };
  return { content: null, tool_calls: [{ id: callId, type: 'function', function: called }] };
}
