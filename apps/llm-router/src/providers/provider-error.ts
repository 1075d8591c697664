/** Whose fault it is that a provider did not serve a call, and so what can be done about it. */
export type ProviderFault =
  /** The request itself: nobody else would take it either, and it says nothing about the provider. */
  | 'caller'
  /** The provider does not have the model, whatever its price list says; another one may. */
  | 'not_served'
  | 'rate_limited'
  | 'timeout'
  | 'unavailable'
  | 'bad_response'
  /** Its circuit breaker is open: it has not been called at all. */
  | 'shut_off'
  /** Whoever asked has gone, or may wait no longer. */
  | 'cancelled';

export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly fault: ProviderFault;
  readonly provider: string;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    fault: ProviderFault,
    provider: string,
    message: string,
    options: { readonly cause?: unknown; readonly retryAfterSeconds?: number | undefined } = {},
  ) {
    super(message, { cause: options.cause });
    this.fault = fault;
    this.provider = provider;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
