import type { Pool } from 'undici';
import type { Provider } from '../provider.ts';
import type { ProviderError, ProviderFault } from '../provider-error.ts';
import type { ResponseHeaders } from '../retry-after.ts';

/** The endpoint of one provider's completions. */
export interface Connection {
  readonly provider: Provider;
  readonly pool: Pool;
  readonly path: string;
  /** Alternating names and values. */
  readonly headers: readonly string[];
  readonly now: () => number;
}

export interface TransportCall {
  /** The serialized JSON body. */
  readonly body: string | Buffer;
  /** Aborted when the caller no longer waits. */
  readonly signal: AbortSignal | undefined;
  /** Timeout until the answer's first byte, or a stream's first event. */
  readonly firstByteMs: number;
  /** Timeout between bytes of the answer. */
  readonly stallMs: number;
  readonly requestId?: string;
}

/** Receives an answer. Gets no more calls after the end, a failure, or its own departure. */
export interface AnswerReader {
  /** Called with status 200; may return another reader that takes over. */
  onHead?(headers: ResponseHeaders): AnswerReader | undefined;
  onBytes(bytes: Buffer): void;
  onEnd(): void;
  onFailure(error: ProviderError): void;
}

/** An HTTP request in flight, and its answer. */
export interface Exchange {
  /** Received bytes of the answer's body. */
  receivedBytes(): number;
  /** Reports progress: restarts the `stallMs` timeout. */
  progressed(): void;
  /** Pauses and resumes reading; the stall timeout is suspended meanwhile. */
  pause(): void;
  resume(): void;
  /** Creates a failure at this moment, including whether it may be billed. */
  failure(fault: ProviderFault, message: string, cause?: unknown): ProviderError;
  /** Ends with a failure and closes the connection. */
  fail(fault: ProviderFault, message: string, cause?: unknown): void;
  /** Ends without a failure and closes the connection, which stops the provider. */
  leave(): void;
  /** Ends without a failure after everything relevant has arrived; the connection may end on its own for a moment. */
  release(): void;
}
