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
  /** No slot was free here: it has not been called at all. */
  | 'overloaded'
  /** Whoever asked has gone, or may wait no longer. */
  | 'cancelled';

export interface ProviderErrorOptions {
  readonly cause?: unknown;
  readonly retryAfterSeconds?: number | undefined;
  readonly billed?: 'no' | 'maybe';
  readonly receivedBytes?: number;
  readonly isLasting?: boolean;
  readonly statusCode?: number | undefined;
  readonly code?: string | undefined;
  readonly param?: string | undefined;
}

export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly fault: ProviderFault;
  readonly provider: string;
  readonly retryAfterSeconds: number | undefined;
  /** `maybe`: the request reached the provider, which may have worked on it; `no`, also where nothing is said. */
  readonly billed: 'no' | 'maybe';
  /** Bytes of the answer that had arrived. */
  readonly receivedBytes: number;
  /** The same provider would say the same again: our key or our account is to blame. */
  readonly isLasting: boolean;
  /** Undefined where no answer had begun. */
  readonly statusCode: number | undefined;
  /** The provider's own word for what is wrong, and the field of the request that is. */
  readonly code: string | undefined;
  readonly param: string | undefined;

  constructor(fault: ProviderFault, provider: string, message: string, options: ProviderErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.fault = fault;
    this.provider = provider;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.billed = options.billed ?? 'no';
    this.receivedBytes = options.receivedBytes ?? 0;
    this.isLasting = options.isLasting ?? false;
    this.statusCode = options.statusCode;
    this.code = options.code;
    this.param = options.param;
  }
}

/** Whether a failure came from a provider, or from us before it was called. */
export function wasCalled({ fault }: ProviderError): boolean {
  return fault !== 'shut_off' && fault !== 'overloaded';
}
