import { ApiError } from '../http/api-error.ts';
import type { Effect } from './effect.ts';

/** The answer of a provider that refuses or fails: an OpenAI-shaped error and its headers. */
export interface StatusFault {
  readonly error: ApiError;
  readonly headers: Readonly<Record<string, string>>;
}

const messages: Readonly<Record<string, readonly [code: string, message: string]>> = {
  400: ['invalid_value', 'Simulated: the request is not valid.'],
  401: ['invalid_api_key', 'Simulated: the API key is not valid.'],
  403: ['permission_denied', 'Simulated: the API key may not do this.'],
  404: ['model_not_found', 'Simulated: the model does not exist.'],
  429: ['rate_limit_exceeded', 'Simulated: too many requests; try again later.'],
  500: ['internal_error', 'Simulated: the provider failed.'],
  502: ['bad_gateway', 'Simulated: the provider is not reachable.'],
  503: ['overloaded', 'Simulated: the provider is overloaded.'],
};

/** The error for an effect whose fault is a status or `quota`, else null. */
export function statusFault(effect: Effect): StatusFault | null {
  if (effect.fault === 'quota') return { error: quotaError(), headers: {} };
  const status = Number(effect.fault);
  if (!Number.isInteger(status)) return null;
  const [code, message] = messages[status] ?? ['simulated', `Simulated: status ${status}.`];
  return {
    error: new ApiError(status, message, { code }),
    headers: comesBackLater(status) ? retryAfter(effect) : {},
  };
}

function quotaError(): ApiError {
  const quota = 'insufficient_quota';
  return new ApiError(429, 'Simulated: the quota is used up.', { code: quota, type: quota });
}

function comesBackLater(status: number): boolean {
  return status === 429 || status === 503;
}

function retryAfter({ retryAfterMs, retryAfterForm }: Effect): Readonly<Record<string, string>> {
  switch (retryAfterForm) {
    case 'seconds':
      return { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
    case 'milliseconds':
      return { 'retry-after-ms': String(retryAfterMs) };
    case 'date':
      return { 'retry-after': new Date(Date.now() + retryAfterMs).toUTCString() };
    case 'none':
      return {};
  }
}
