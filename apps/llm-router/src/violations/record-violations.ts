import type { UserCall } from '@valuecanvas/contracts-core';
import type { RateLimitViolation, rateLimitViolation } from '@valuecanvas/contracts-llm-router';
import type { BestEffortJournal } from '@valuecanvas/journal';
import { v7 as uuidv7 } from 'uuid';
import type { RateLimit } from '../admission/types.ts';
import type { CompletionObserver } from '../completions/observer.ts';

/**
 * Wraps an observer and records requests that a rate limit refused, once per limit, user and window. Recording does not
 * delay the refusal.
 */
export function recordViolations(
  observer: CompletionObserver,
  journal: BestEffortJournal<typeof rateLimitViolation>,
  now: () => number,
): CompletionObserver {
  return {
    ...observer,
    refused(admission, call) {
      observer.refused(admission, call);
      if (admission.kind !== 'limited') return;
      const { limit, retryAfterMs } = admission;
      const subject = `${ruleOf(limit)} ${call.principal.userId}`;
      journal.record(subject, retryAfterMs, () => violation(limit, call, now()));
    },
  };
}

function violation(limit: RateLimit, call: UserCall, now: number): RateLimitViolation {
  const { userId, tier } = call.principal;
  return {
    id: uuidv7(),
    userId,
    operation: call.operation,
    rule: ruleOf(limit),
    tier,
    limitValue: limit.limit,
    windowMs: limit.windowMs,
    at: new Date(now).toISOString(),
  };
}

/** Returns the name of a limit, such as `llm_requests_per_hour`, with `:<model>` if it applies to one model. */
function ruleOf({ name, model }: RateLimit): string {
  const words = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return model === undefined ? `llm_${words}` : `llm_${words}:${model}`;
}
