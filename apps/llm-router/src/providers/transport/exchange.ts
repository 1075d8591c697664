import type { Pool } from 'undici';
import type { Provider } from '../provider.ts';
import type { ProviderError, ProviderFault } from '../provider-error.ts';
import type { ResponseHeaders } from '../retry-after.ts';

/** The way to one provider's completions. */
export interface Connection {
  readonly provider: Provider;
  readonly pool: Pool;
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly now: () => number;
}

export interface TransportCall {
  /** The finished JSON body. */
  readonly body: string | Buffer;
  /** Aborted where the caller waits no longer. */
  readonly signal: AbortSignal | undefined;
  /** Milliseconds to the answer's first byte, and of a stream to its first event. */
  readonly firstByteMs: number;
  /** Milliseconds of silence within the answer. */
  readonly stallMs: number;
  readonly requestId?: string;
}

/** Who reads an answer. Is told nothing more after the end or a failure, nor once it has left. */
export interface AnswerReader {
  /** Status 200 has come; another reader may take over. */
  onHead?(headers: ResponseHeaders): AnswerReader | undefined;
  onBytes(bytes: Buffer): void;
  onEnd(): void;
  onFailure(error: ProviderError): void;
}

/** One HTTP request under way, and its answer. */
export interface Exchange {
  /** Bytes of the answer's body so far. */
  receivedBytes(): number;
  /** The answer goes on: from now on `stallMs` counts, anew with each call. */
  progressed(): void;
  /** Stops and restarts reading; silence does not count meanwhile. */
  pause(): void;
  resume(): void;
  /** What a failure now would be, and whether it is billed. */
  failure(fault: ProviderFault, message: string, cause?: unknown): ProviderError;
  /** Ends with a failure, and closes the connection. */
  fail(fault: ProviderFault, message: string, cause?: unknown): void;
  /** Ends without one; the connection is closed, so that the provider stops. */
  leave(): void;
  /** Ends without one; all that matters has come, and the connection has a moment to end on its own. */
  release(): void;
}
