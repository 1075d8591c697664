import { context, propagation } from '@opentelemetry/api';
import type { Dispatcher, Pool } from 'undici';
import type { ReportedUsage } from '../../protocol/completion.ts';
import { readPromptTokens } from '../../protocol/tokens.ts';
import type { Provider } from '../provider.ts';
import { ProviderError, type ProviderErrorOptions, type ProviderFault } from '../provider-error.ts';
import { faultOf, presentable, type Refused, type ReportedError, refusal } from '../refusal.ts';

/** The endpoint of one provider's completions. */
export interface Connection {
  readonly provider: Provider;
  readonly pool: Pool;
  readonly path: string;
  /** Maximum size of a whole answer, and of one event of a stream. */
  readonly maxAnswerBytes: number;
  readonly now: () => number;
}

export interface TransportCall {
  /** The serialized JSON body. */
  readonly body: string | Buffer;
  /** Aborted when the caller no longer waits. */
  readonly signal: AbortSignal | undefined;
  /** Timeout until the answer's first byte, or a stream's first content. Each keep-alive before it restarts the timeout. */
  readonly firstByteMs: number;
  /** Timeout between bytes of the answer. */
  readonly stallMs: number;
  readonly requestId?: string;
}

/**
 * Receives an answer. Gets no more calls after the end, a failure, or its own departure. A ProviderError that it throws fails
 * the exchange, and so does any other error, which is a defect of the reader.
 */
export interface AnswerReader {
  onBytes(bytes: Buffer): void;
  onEnd(): void;
  onFailure(error: Error): void;
}

type FailureDetails = Pick<ProviderErrorOptions, 'cause' | 'receivedBytes'>;

/** An HTTP request in flight, and its answer. */
export interface Exchange {
  /** Received bytes of the answer's body. */
  receivedBytes(): number;
  /** Reports progress: restarts the `stallMs` timeout. */
  progressed(): void;
  /** Reports a sign of life, such as a keep-alive, which is no part of the answer: restarts the current timeout. */
  alive(): void;
  /** Pauses and resumes reading; the stall timeout is suspended meanwhile. */
  pause(): void;
  resume(): void;
  /** Creates a failure at this moment, including whether it may be billed. `receivedBytes` replaces those of the body. */
  failure(fault: ProviderFault, message: string, more?: FailureDetails): ProviderError;
  /**
   * Creates the failure that the provider itself reports under status 200. It costs nothing unless the provider has reported
   * usage or sent a part of its answer, as `hasContent` says.
   */
  refused(error: ReportedError, hasContent: boolean): ProviderError;
  /** Keeps the usage that the provider has reported, in case that the call fails later. */
  sawUsage(usage: ReportedUsage | undefined): void;
  /** Ends with a failure and closes the connection. */
  fail(fault: ProviderFault, message: string, more?: FailureDetails): void;
  /** Ends without a failure and closes the connection, which stops the provider. */
  leave(): void;
  /** Ends without a failure after everything relevant has arrived; the connection may end on its own for a moment. */
  release(): void;
}

/** Time for a connection to end on its own after a complete answer. */
const releaseMs = 1_000;

const left = new Error('the answer is no longer read');

/** Sends a request and supervises it: timeouts, abort signal, status and connection. */
export function startExchange(connection: Connection, call: TransportCall, reader: AnswerReader): Exchange {
  const { provider, pool } = connection;
  const { signal } = call;
  let controller: Dispatcher.DispatchController | undefined;
  let current = reader;
  let statusCode: number | undefined;
  let receivedBytes = 0;
  let usage: ReportedUsage | undefined;
  let isOver = false;
  const silence = createSilenceTimer(call, (message) => fail('timeout', message));

  function finish(): void {
    isOver = true;
    silence.stop();
    signal?.removeEventListener('abort', onAbort);
  }

  function leave(): void {
    if (isOver) return;
    finish();
    controller?.abort(left);
  }

  function failure(fault: ProviderFault, message: string, more: ProviderErrorOptions = {}): ProviderError {
    const isRefused = statusCode !== undefined && statusCode >= 300;
    return new ProviderError(fault, provider.id, message, {
      // An unsent request and a refusal cost nothing.
      billed: controller === undefined || isRefused ? 'no' : 'maybe',
      statusCode,
      // Keep-alive bytes are not part of the answer.
      receivedBytes: silence.hasBegun() ? receivedBytes : 0,
      usage,
      ...more,
    });
  }

  function refused(error: ReportedError, hasContent: boolean): ProviderError {
    const { code, param, isContentRefusal, message = 'an error without a message' } = error;
    const hasWorked = hasContent || usage !== undefined;
    return failure(faultOf(error), presentable(message, provider), {
      code,
      param,
      isContentRefusal,
      ...(hasWorked ? {} : { billed: 'no', receivedBytes: 0 }),
    });
  }

  function fail(fault: ProviderFault, message: string, more?: FailureDetails): void {
    if (isOver) return;
    leave();
    current.onFailure(failure(fault, message, more));
  }

  /** Keeps an error of the reader from looking like a failed connection, which would be the provider's fault. */
  function failAs(error: unknown): void {
    leave();
    current.onFailure(error instanceof Error ? error : new Error('the reader failed', { cause: error }));
  }

  function onAbort(): void {
    fail('cancelled', 'the caller no longer waits');
  }

  const exchange: Exchange = {
    receivedBytes: () => receivedBytes,
    progressed: silence.progressed,
    alive: silence.alive,
    pause() {
      silence.pause();
      controller?.pause();
    },
    resume() {
      if (!isOver) silence.progressed();
      controller?.resume();
    },
    failure,
    refused,
    sawUsage(reported) {
      if (readPromptTokens(reported)) usage = reported;
    },
    fail,
    leave,
    release() {
      if (isOver) return;
      finish();
      silence.after(releaseMs, () => controller?.abort(left));
      controller?.resume();
    },
  };

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      // Nothing has been written yet: throwing keeps the connection usable.
      if (isOver) throw left;
      controller = started;
    },
    onResponseStart(_controller, status, headers) {
      if (isOver || status < 200) return;
      statusCode = status;
      current =
        status === 200
          ? reader
          : createRefusalReader(connection, { statusCode: status, headers }, { exchange, reader });
    },
    onResponseData(_controller, bytes) {
      if (isOver) return;
      receivedBytes += bytes.length;
      try {
        current.onBytes(bytes);
      } catch (error) {
        failAs(error);
      }
    },
    onResponseEnd() {
      if (isOver) return silence.stop();
      finish();
      try {
        current.onEnd();
      } catch (error) {
        failAs(error);
      }
    },
    onResponseError(_controller, error) {
      if (isOver) silence.stop();
      else fail(faultOfConnection(error), error.message || 'the connection failed', { cause: error });
    },
  };

  if (signal?.aborted) onAbort();
  else {
    signal?.addEventListener('abort', onAbort);
    pool.dispatch(
      { method: 'POST', path: connection.path, headers: headersOf(connection, call), body: call.body },
      handler,
    );
  }
  return exchange;
}

function headersOf({ provider }: Connection, { requestId }: TransportCall): string[] {
  const all = ['content-type', 'application/json', ...keyHeaders(provider)];
  if (requestId !== undefined) all.push('x-request-id', requestId);
  if (provider.propagateTrace) addTrace(all);
  return all;
}

/** Returns the header with the API key, as name and value. */
export function keyHeaders({ apiKey, keyHeader }: Provider): string[] {
  if (apiKey === undefined) return [];
  return [keyHeader, keyHeader === 'authorization' ? `Bearer ${apiKey}` : apiKey];
}

function addTrace(headers: string[]): void {
  propagation.inject(context.active(), headers, { set: (carrier, name, value) => carrier.push(name, value) });
}

function faultOfConnection(error: Error & { readonly code?: string }): ProviderFault {
  return error.code === 'UND_ERR_CONNECT_TIMEOUT' ? 'timeout' : 'unavailable';
}

/** Maximum number of bytes read from a refusal, whose beginning is sufficient. */
const maxRefusalBytes = 64 * 1024;

/** Reads the available body of an answer other than 200, and reports its error. */
function createRefusalReader(
  { provider, now }: Connection,
  refused: Refused,
  { exchange, reader }: { readonly exchange: Exchange; readonly reader: AnswerReader },
): AnswerReader {
  const parts: Buffer[] = [];

  function refuse(): void {
    reader.onFailure(refusal(provider, refused, Buffer.concat(parts).toString('utf8'), now()));
  }

  return {
    onBytes(bytes) {
      parts.push(bytes);
      if (exchange.receivedBytes() <= maxRefusalBytes) return;
      exchange.leave();
      refuse();
    },
    onEnd: refuse,
    /** The status is sufficient, even if the body fails. */
    onFailure(error) {
      const isFinal = !(error instanceof ProviderError) || error.fault === 'cancelled';
      if (isFinal) reader.onFailure(error);
      else refuse();
    },
  };
}

/** Detects stalls to the millisecond: undici's own timers are up to a second late. */
interface SilenceTimer {
  /** Reports progress: restarts the `stallMs` timeout. */
  progressed(): void;
  /** Restarts the current timeout. */
  alive(): void;
  /** True if a part of the answer has arrived. */
  hasBegun(): boolean;
  /** Suspends the timeout until the next progress; the first-byte timeout continues. */
  pause(): void;
  /** Replaces the timeout by another callback after the given time. */
  after(milliseconds: number, callback: () => void): void;
  stop(): void;
}

/** Starts the timer with `firstByteMs`. */
export function createSilenceTimer(
  { firstByteMs, stallMs }: { readonly firstByteMs: number; readonly stallMs: number },
  onSilence: (message: string) => void,
): SilenceTimer {
  let hasBegun = false;
  let isDue = false;
  let timer: NodeJS.Timeout | undefined = setTimeout(onTimeout, firstByteMs);

  /** If this process itself was busy, pending bytes are read first. */
  function onTimeout(): void {
    isDue = true;
    setImmediate(() => {
      if (isDue) onSilence(hasBegun ? `silent for ${stallMs} ms` : `no byte within ${firstByteMs} ms`);
    });
  }

  function stop(): void {
    clearTimeout(timer);
    timer = undefined;
    isDue = false;
  }

  return {
    hasBegun: () => hasBegun,
    progressed() {
      isDue = false;
      if (timer && (hasBegun || firstByteMs === stallMs)) timer.refresh();
      else {
        stop();
        timer = setTimeout(onTimeout, stallMs);
      }
      hasBegun = true;
    },
    alive() {
      isDue = false;
      if (timer) timer.refresh();
      else timer = setTimeout(onTimeout, hasBegun ? stallMs : firstByteMs);
    },
    pause() {
      if (hasBegun) stop();
    },
    after(milliseconds, callback) {
      stop();
      timer = setTimeout(callback, milliseconds);
    },
    stop,
  };
}
