import { AppError } from '@valuecanvas/contracts-core';
import type { ProviderError } from '../providers/provider-error.ts';

/** Default retryAfter in seconds if no provider named one. */
const defaultRetryAfter = 10;

/** RetryAfter in seconds if all providers are at their concurrency limit. */
const overloadRetryAfter = 1;

/** Summarises the failures of all attempts as the caller's error. */
export function toAppError(
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
    });
  }
  if (last?.fault === 'cancelled' || signal.aborted) return new AppError('DEADLINE_EXCEEDED', { internal });
  const all = (fault: ProviderError['fault']) =>
    failures.length > 0 && failures.every((failure) => failure.fault === fault);
  if (all('rate_limited')) {
    return new AppError('PROVIDER_RATE_LIMITED', { internal, retryAfterSeconds: soonest(failures) });
  }
  if (all('overloaded'))
    return new AppError('OVERLOADED', { internal, retryAfterSeconds: overloadRetryAfter });
  if (all('not_served')) return unknownModel(model, internal);
  if (all('timeout')) return new AppError('LLM_TIMEOUT', { internal });
  if (all('bad_response')) return new AppError('LLM_BAD_RESPONSE', { internal });
  return new AppError('LLM_UNAVAILABLE', { internal, retryAfterSeconds: soonest(failures) });
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
function faultIn({ message, code, param = '' }: ProviderError) {
  return { path: param.replace(/\[(\d+)\]/g, '.$1'), message, ...(code === undefined ? {} : { code }) };
}

/** Error for a model that no provider serves. */
export function unknownModel(model: string, internal?: string): AppError {
  return new AppError('VALIDATION_FAILED', {
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
export function unpriced(model: string, path: keyof typeof unpricedThings): AppError {
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
