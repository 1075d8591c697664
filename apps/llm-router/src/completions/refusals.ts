import { AppError, type UserPrincipal } from '@valuecanvas/contracts-core';
import { toDollars } from '@valuecanvas/money';
import type { Admission } from '../admission/admission-request.ts';

type Refused = Extract<
  Admission,
  { kind: 'mismatch' | 'in_flight' | 'limited' | 'over_budget' | 'journal_full' }
>;

/** Seconds after which a full journal may have room again. */
const journalRetryAfter = 5;

/** Milliseconds up to which it makes sense for a client to wait by itself. */
const worthWaitingMs = 60_000;

/** What a caller is told whose request was not admitted. */
export function refusalOf(admission: Refused, user: UserPrincipal, upgradeUrl: string): AppError {
  switch (admission.kind) {
    case 'mismatch':
      return new AppError('IDEMPOTENCY_MISMATCH');
    case 'in_flight':
      return new AppError('IDEMPOTENCY_IN_FLIGHT', { retryAfterMs: admission.retryAfterMs });
    case 'limited':
      return rateLimited(admission, user, upgradeUrl);
    case 'over_budget':
      return overBudget(admission, upgradeUrl);
    case 'journal_full':
      return new AppError('OVERLOADED', {
        internal: 'too many rows wait in the journal',
        retryAfterSeconds: journalRetryAfter,
      });
  }
}

function rateLimited(
  { limit, retryAfterMs }: Extract<Refused, { kind: 'limited' }>,
  { tier }: UserPrincipal,
  upgradeUrl: string,
): AppError {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  return new AppError('RATE_LIMITED', {
    retryAfterSeconds: seconds,
    retryHelps: limit.windowMs <= worthWaitingMs,
    message: `Your tier allows ${limit.limit} ${limit.unit} in ${limit.windowMs / 60_000} minutes${limit.model ? ` for ${limit.model}` : ''}: wait for the time named in retryAfter.`,
    extra: { tier, limit: limit.limit, windowMs: limit.windowMs, unit: limit.unit, upgradeUrl },
    headers: {
      'ratelimit-limit': String(limit.limit),
      'ratelimit-remaining': '0',
      'ratelimit-reset': String(seconds),
    },
  });
}

/** What everybody together has spent is nobody's business. */
function overBudget(
  { scope, period, limitNanos, spentNanos, resetsAt }: Extract<Refused, { kind: 'over_budget' }>,
  upgradeUrl: string,
): AppError {
  const resets = { period, resetsAt: new Date(resetsAt).toISOString() };
  if (scope === 'platform') {
    const message = "This call could cost more than what is left of the platform's budget.";
    return new AppError('BUDGET_EXCEEDED', { message, extra: { scope, ...resets } });
  }
  return new AppError('BUDGET_EXCEEDED', {
    extra: { scope, ...resets, limit: toDollars(limitNanos), spent: toDollars(spentNanos), upgradeUrl },
  });
}
