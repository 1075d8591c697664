import { ProviderError, type ProviderFault } from '../providers/provider-error.ts';

/** What says something about the provider's health. Everything else is the caller's doing, or never reached it. */
const blamed: ReadonlySet<ProviderFault> = new Set([
  'rate_limited',
  'timeout',
  'unavailable',
  'bad_response',
]);

/** Whether a failure counts against the provider; a defect of our own does not. */
export function isProvidersFault(error: unknown): boolean {
  return error instanceof ProviderError && blamed.has(error.fault);
}
