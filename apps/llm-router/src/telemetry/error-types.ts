import { AppError, type ErrorCode } from '@valuecanvas/contracts-core';
import { ProviderError, type ProviderFault } from '../providers/provider-error.ts';

/** The domain of an error: caller, policy (a limit or budget), provider, or internal. */
export type FaultDomain = 'caller' | 'policy' | 'provider' | 'us';

/** The closed list of error types in metrics and spans. */
export const errorDomains = {
  invalid_request: 'caller',
  not_permitted: 'caller',
  conflict: 'caller',
  cancelled: 'caller',
  rate_limited: 'policy',
  budget_exceeded: 'policy',
  provider_rate_limited: 'provider',
  provider_timeout: 'provider',
  provider_unavailable: 'provider',
  provider_bad_response: 'provider',
  provider_lacks_model: 'provider',
  provider_lacks_feature: 'provider',
  provider_shut_off: 'provider',
  deadline_exceeded: 'us',
  overloaded: 'us',
  dependency_unavailable: 'us',
  internal: 'us',
} as const satisfies Record<string, FaultDomain>;

export type ErrorType = keyof typeof errorDomains;

const types: Readonly<Record<ProviderFault | ErrorCode, ErrorType>> = {
  caller: 'invalid_request',
  not_served: 'provider_lacks_model',
  unsupported: 'provider_lacks_feature',
  rate_limited: 'provider_rate_limited',
  timeout: 'provider_timeout',
  unavailable: 'provider_unavailable',
  bad_response: 'provider_bad_response',
  shut_off: 'provider_shut_off',
  overloaded: 'overloaded',
  cancelled: 'cancelled',
  internal: 'internal',

  VALIDATION_FAILED: 'invalid_request',
  NOT_FOUND: 'invalid_request',
  MODEL_NOT_FOUND: 'invalid_request',
  METHOD_NOT_ALLOWED: 'invalid_request',
  PAYLOAD_TOO_LARGE: 'invalid_request',
  UNSUPPORTED_MEDIA_TYPE: 'invalid_request',
  UNPROCESSABLE: 'invalid_request',
  HEADERS_TOO_LARGE: 'invalid_request',
  UNAUTHENTICATED: 'not_permitted',
  FORBIDDEN: 'not_permitted',
  CSRF_FAILED: 'not_permitted',
  CONFLICT: 'conflict',
  IDEMPOTENCY_IN_FLIGHT: 'conflict',
  IDEMPOTENCY_MISMATCH: 'conflict',
  REQUEST_TIMEOUT: 'cancelled',
  BUDGET_EXCEEDED: 'budget_exceeded',
  RATE_LIMITED: 'rate_limited',
  PROVIDER_RATE_LIMITED: 'provider_rate_limited',
  LLM_TIMEOUT: 'provider_timeout',
  LLM_UNAVAILABLE: 'provider_unavailable',
  LLM_BAD_RESPONSE: 'provider_bad_response',
  DEADLINE_EXCEEDED: 'deadline_exceeded',
  OVERLOADED: 'overloaded',
  DEPENDENCY_UNAVAILABLE: 'dependency_unavailable',
  INTERNAL_ERROR: 'internal',
};

/** Returns the type of a provider's fault or an error code. */
export function errorTypeOf(reason: ProviderFault | ErrorCode): ErrorType {
  return types[reason];
}

/** Returns the type of any thrown value; `internal` if it is unexpected. */
export function errorTypeIn(error: unknown): ErrorType {
  if (error instanceof ProviderError) return errorTypeOf(error.fault);
  return error instanceof AppError ? errorTypeOf(error.code) : 'internal';
}
