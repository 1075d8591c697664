import { ProviderError, type ProviderFault } from '../providers/provider-error.ts';

/** Failures that indicate the provider's health. All others are caused by the caller, or never reached the provider. */
const blamed: ReadonlySet<ProviderFault> = new Set([
  'rate_limited',
  'timeout',
  'unavailable',
  'bad_response',
]);

/** Returns true if a failure counts against the provider; a defect of this code does not. */
export function isProvidersFault(error: unknown): boolean {
  return error instanceof ProviderError && blamed.has(error.fault);
}
