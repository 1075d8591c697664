import type { ReportedUsage } from '../protocol/completion.ts';

/** The kind of a provider's failure, which determines failover, retry, breaker and the caller's error. */
export type ProviderFault =
  /** The request is invalid: other providers would refuse it as well, and the provider is healthy. */
  | 'caller'
  /** The model lacks a feature of the request; the router asks again without it. */
  | 'unsupported'
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
  readonly usage?: ReportedUsage | undefined;
  readonly isLasting?: boolean;
  readonly isContentRefusal?: boolean;
  readonly statusCode?: number | undefined;
  readonly code?: string | undefined;
  readonly param?: string | undefined;
}

export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly fault: ProviderFault;
  readonly provider: string;
  readonly retryAfterSeconds: number | undefined;
  /**
   * `no`: the provider certainly did no billable work, apart from the events of a stream that were already forwarded. `maybe`: it
   * may have worked on the request. Default `no`.
   */
  readonly billed: 'no' | 'maybe';
  /** Received bytes of the answer. */
  readonly receivedBytes: number;
  /** Usage that the provider reported before the failure. */
  readonly usage: ReportedUsage | undefined;
  /** A retry of the same provider would fail again: our key or account is the cause. */
  readonly isLasting: boolean;
  /** The provider's moderation refused the content of the prompt. */
  readonly isContentRefusal: boolean;
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
    this.usage = options.usage;
    this.isLasting = options.isLasting ?? false;
    this.isContentRefusal = options.isContentRefusal ?? false;
    this.statusCode = options.statusCode;
    this.code = options.code;
    this.param = options.param;
  }

  /** Returns the same failure after a part of the answer was received. */
  afterContent(receivedBytes: number): ProviderError {
    const { fault, provider, message, cause } = this;
    return new ProviderError(fault, provider, message, { ...this, cause, billed: 'maybe', receivedBytes });
  }
}

/** Returns true if a failure came from a provider, false if it happened before the call. */
export function wasCalled({ fault }: ProviderError): boolean {
  return fault !== 'shut_off' && fault !== 'overloaded';
}
