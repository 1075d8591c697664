import { AppError, type UserPrincipal } from '@valuecanvas/contracts-core';
import { toDollars } from '@valuecanvas/money';
import type { Admission } from '../admission/types.ts';
import type { ProviderError } from '../providers/provider-error.ts';

/** Default retryAfter in seconds if no provider named one. */
const defaultRetryAfter = 10;

/** RetryAfter in seconds if all providers are at their concurrency limit. */
const overloadRetryAfter = 1;

/** Summarises the failures of all attempts as the error of the request. */
export function providersError(
  failures: readonly ProviderError[],
  { model, signal }: { readonly model: string; readonly signal: AbortSignal },
): AppError {
  const last = failures.at(-1);
  const internal = failures.map(reasonOf).join('; ');
  if (last?.fault === 'caller') {
    return new AppError('VALIDATION_FAILED', {
      message: `The provider refused the request: ${last.message}`,
      details: [faultIn(last)],
      internal,
      ...(last.isContentRefusal ? { extra: { refused: 'content' } } : {}),
    });
  }
  if (last?.fault === 'cancelled' || signal.aborted) return new AppError('DEADLINE_EXCEEDED', { internal });
  if (last?.fault === 'internal') return new AppError('INTERNAL_ERROR', { internal, cause: last.cause });
  const all = (fault: ProviderError['fault']) =>
    failures.length > 0 && failures.every((failure) => failure.fault === fault);
  if (all('rate_limited')) {
    return new AppError('PROVIDER_RATE_LIMITED', { internal, retryAfterSeconds: soonest(failures) });
  }
  if (all('overloaded'))
    return new AppError('OVERLOADED', { internal, retryAfterSeconds: overloadRetryAfter });
  if (all('not_served')) return unknownModelError(model, internal);
  if (all('timeout')) return new AppError('LLM_TIMEOUT', { internal });
  if (all('bad_response')) return new AppError('LLM_BAD_RESPONSE', { internal });
  const isRefused = failures.length > 0 && failures.every(({ isLasting }) => isLasting);
  const message = 'The providers refuse the access of this platform. An operator must correct it.';
  // Failover has tried every provider: a retry helps only after a wait that a provider has stated.
  const statesWait = failures.some(({ retryAfterSeconds }) => retryAfterSeconds !== undefined);
  return new AppError('LLM_UNAVAILABLE', {
    internal,
    retryAfterSeconds: soonest(failures),
    ...(isRefused || !statesWait ? { retryHelps: false } : {}),
    ...(isRefused ? { message } : {}),
  });
}

/** For the log: names and numbers only, because a provider's message may repeat the prompt. */
function reasonOf({ provider, fault, statusCode, code, cause }: ProviderError): string {
  const systemCode = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const names = [code, systemCode].filter((name) => typeof name === 'string' && /^[\w.-]{1,64}$/.test(name));
  return [
    `${provider}: ${fault}`,
    ...(statusCode === undefined ? [] : [`HTTP ${statusCode}`]),
    ...names,
  ].join(' ');
}

/** A provider's refusal with its own code: clients act on some codes, such as `context_length_exceeded`. */
function faultIn({ message, param = '', isContentRefusal, ...error }: ProviderError) {
  const code = error.code ?? (isContentRefusal ? 'content_filter' : undefined);
  return { path: param.replace(/\[(\d+)\]/g, '.$1'), message, ...(code === undefined ? {} : { code }) };
}

/** Error for a model that no provider serves. */
export function unknownModelError(model: string, internal?: string): AppError {
  return new AppError('MODEL_NOT_FOUND', {
    message: `No provider serves the model ${model}. GET /v1/models lists the available models.`,
    details: [{ path: 'model', message: 'is not served by any provider', code: 'model_not_found' }],
    ...(internal === undefined ? {} : { internal }),
  });
}

const unpricedThings = {
  service_tier: 'in the service tier that is asked for',
  modalities: 'where it answers with sound',
  messages: 'where it is asked with sound',
};

/** Error for a request that cannot be priced, and so cannot be budgeted. */
export function unpricedError(model: string, path: keyof typeof unpricedThings): AppError {
  return new AppError('VALIDATION_FAILED', {
    message: `No price is known for ${model} ${unpricedThings[path]}.`,
    details: [{ path, message: 'has no known price for this model' }],
  });
}

function soonest(failures: readonly ProviderError[]): number {
  const named = failures.flatMap(({ retryAfterSeconds }) =>
    retryAfterSeconds === undefined ? [] : [retryAfterSeconds],
  );
  return named.length === 0 ? defaultRetryAfter : Math.max(1, Math.min(...named));
}

type Refused = Extract<
  Admission,
  { kind: 'mismatch' | 'unanswered' | 'in_flight' | 'limited' | 'over_budget' | 'journal_full' }
>;

/** RetryAfter in seconds while the journal is full. */
const journalRetryAfter = 5;

/** Builds the error of a request that was not admitted. */
export function admissionError(admission: Refused, user: UserPrincipal, upgradeUrl: string): AppError {
  switch (admission.kind) {
    case 'mismatch':
      return new AppError('IDEMPOTENCY_MISMATCH');
    case 'unanswered':
      return new AppError('NOT_FOUND', { message: 'No answer is stored for this idempotency key.' });
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
    message: `Your tier allows ${limit.limit} ${limit.unit} in ${limit.windowMs / 60_000} minutes${limit.model ? ` for ${limit.model}` : ''}. Wait for the time in retryAfter.`,
    extra: { tier, limit: limit.limit, windowMs: limit.windowMs, unit: limit.unit, upgradeUrl },
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
