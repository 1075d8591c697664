import { AppError, type UserPrincipal } from '@valuecanvas/contracts-core';
import { toDollars } from '@valuecanvas/money';
import type { Admission } from '../admission/types.ts';

type Refused = Extract<
  Admission,
  { kind: 'mismatch' | 'in_flight' | 'limited' | 'over_budget' | 'journal_full' }
>;

/** RetryAfter in seconds while the journal is full. */
const journalRetryAfter = 5;

/** Longest wait for which clients should retry automatically. */
const worthWaitingMs = 60_000;

/** Builds the error of a request that was not admitted. */
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
        internal: 'the journal is full',
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
    message: `Your tier allows ${limit.limit} ${limit.unit} in ${limit.windowMs / 60_000} minutes${limit.model ? ` for ${limit.model}` : ''}. Wait for the time in retryAfter.`,
    extra: { tier, limit: limit.limit, windowMs: limit.windowMs, unit: limit.unit, upgradeUrl },
    headers: {
      'ratelimit-limit': String(limit.limit),
      'ratelimit-remaining': '0',
      'ratelimit-reset': String(seconds),
    },
  });
}

/** Platform spending is confidential, so the error does not state it. */
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
