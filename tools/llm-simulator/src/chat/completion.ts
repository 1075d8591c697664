import type { Effect } from '../faults/effect.ts';
import { answersTo } from './answer.ts';
import type { ChatRequest, ServiceTier } from './chat-request.ts';
import { type Choice, limited } from './limits.ts';
import { type Usage, usageOf } from './usage.ts';

/** The identity of one completion. */
export interface Identity {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly fingerprint: string;
}

/** A finished completion before its serialization as a body or as events. */
export interface Completion {
  readonly identity: Identity;
  readonly model: string;
  readonly serviceTier: ServiceTier;
  readonly choices: readonly Choice[];
  readonly usage: Usage;
}

/** Answers the request in full. The digest decides the words, the effect the shape of the usage. */
export function complete(
  request: ChatRequest,
  digest: string,
  identity: Identity,
  effect: Effect,
): Completion {
  const answers = answersTo(request, digest);
  const choices = answers.map((answer, index) => limited(answer, index, request, effect.reasoningTokens));
  const content = choices.reduce((sum, choice) => sum + choice.contentTokens, 0);
  const reasoning = choices.reduce((sum, choice) => sum + choice.reasoningTokens, 0);
  return {
    identity,
    model: request.model,
    serviceTier: request.serviceTier,
    choices,
    usage: usageOf(request.promptTokens, content, reasoning, effect),
  };
}

/** The ID of the tool call of a choice, as unique as the ID of the completion. */
export function toolCallId({ id }: Identity, choice: Choice): string {
  return `call_${id.slice(-20)}${choice.index}`;
}
