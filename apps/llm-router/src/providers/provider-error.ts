/** Whose fault it is that a call of a provider failed, and so what can be done about it. */
export type ProviderFault =
  /** The request itself: nobody else would take it either, and it says nothing about the provider. */
  | 'caller'
  | 'rate_limited'
  | 'timeout'
  | 'unavailable'
  | 'bad_response'
  /** Whoever asked has gone. */
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
