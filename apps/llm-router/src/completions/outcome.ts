import { costOf } from '../pricing/cost.ts';
import { estimateUncounted } from '../pricing/estimate.ts';
import { priceInTier } from '../pricing/service-tiers.ts';
import type { ReportedUsage } from '../providers/chat-completion.ts';
import { readTokens } from '../providers/read-tokens.ts';
import type { Tokens } from '../providers/tokens.ts';
import type { AnswerFacts } from './answer-record.ts';
import type { Attempt } from './attempt.ts';

/** Usage and cost of an answer. */
export interface Outcome {
  readonly tokens: Tokens;
  readonly costNanos: bigint;
}

/** The cost-related fields of an answer, unvalidated. */
export interface Reported {
  readonly usage: ReportedUsage | undefined;
  /** `service_tier`. */
  readonly tier: unknown;
  readonly answerBytes: number;
}

/** Computes usage and cost from the provider's counts, or estimates them from the bytes of prompt and answer. */
export function outcomeOf({ candidate }: Attempt, { usage, tier, answerBytes }: Reported): Outcome {
  const { line, highestPrice, bound } = candidate;
  const price = priceInTier(line.provider, candidate, tier) ?? highestPrice;
  const tokens = readTokens(usage);
  if (tokens) return { tokens, costNanos: costOf(price, tokens) };
  return estimateUncounted(price, bound, {
    question: Buffer.byteLength(candidate.bodyText()),
    answer: answerBytes,
  });
}

/** Builds an answer's metadata, given its latency in milliseconds. */
export function factsOf({ candidate }: Attempt, outcome: Outcome, latencyMs: number): AnswerFacts {
  return {
    provider: candidate.line.provider.id,
    model: candidate.model,
    ...outcome,
    latencyMs: Math.round(latencyMs),
  };
}
