/** The kind of a provider's failure, which determines failover, retry, breaker and the caller's error. */
export type ProviderFault =
  /** The request is invalid: other providers would refuse it as well, and the provider is healthy. */
  | 'caller'
  /** The provider lacks the model, whatever its price list says; another provider may have it. */
  | 'not_served'
  | 'rate_limited'
  | 'timeout'
  | 'unavailable'
  | 'bad_response'
  /** Its circuit breaker is open: the provider was not called. */
  | 'shut_off'
  /** The concurrency limit is reached: the provider was not called. */
  | 'overloaded'
  /** The client has disconnected, or its deadline has passed. */
  | 'cancelled'
  /** A defect of this code: the provider is not to blame. */
  | 'internal';

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
  /** `maybe`: the request reached the provider, which may have worked on it. Default `no`. */
  readonly billed: 'no' | 'maybe';
  /** Received bytes of the answer. */
  readonly receivedBytes: number;
  /** A retry of the same provider would fail again: our key or account is the cause. */
  readonly isLasting: boolean;
  /** Undefined if the provider sent no status. */
  readonly statusCode: number | undefined;
  /** The provider's own error code. `param` is the invalid field of the request. */
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

/** Returns true if a failure came from a provider, false if it happened before the call. */
export function wasCalled({ fault }: ProviderError): boolean {
  return fault !== 'shut_off' && fault !== 'overloaded';
}
