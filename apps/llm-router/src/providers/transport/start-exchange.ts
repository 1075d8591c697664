import { context, propagation } from '@opentelemetry/api';
import type { Dispatcher } from 'undici';
import { ProviderError, type ProviderFault } from '../provider-error.ts';
import { withoutKey } from '../refusal.ts';
import type { AnswerReader, Connection, Exchange, TransportCall } from './exchange.ts';
import { createRefusalReader } from './refusal-reader.ts';
import { createSilenceTimer } from './silence-timer.ts';

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

  function failure(fault: ProviderFault, message: string, cause?: unknown): ProviderError {
    const isRefused = statusCode !== undefined && statusCode >= 300;
    // An unsent request and a refusal cost nothing.
    const billed = controller === undefined || isRefused ? 'no' : 'maybe';
    return new ProviderError(fault, provider.id, withoutKey(message, provider), {
      billed,
      statusCode,
      // Keep-alive bytes are not part of the answer.
      receivedBytes: silence.hasBegun() ? receivedBytes : 0,
      cause,
    });
  }

  function fail(fault: ProviderFault, message: string, cause?: unknown): void {
    if (isOver) return;
    leave();
    current.onFailure(failure(fault, message, cause));
  }

  function onAbort(): void {
    fail('cancelled', 'the caller no longer waits');
  }

  const exchange: Exchange = {
    receivedBytes: () => receivedBytes,
    progressed: silence.progressed,
    pause() {
      silence.pause();
      controller?.pause();
    },
    resume() {
      if (!isOver) silence.progressed();
      controller?.resume();
    },
    failure,
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
          ? (reader.onHead?.(headers) ?? reader)
          : createRefusalReader(connection, { statusCode: status, headers }, { exchange, reader });
    },
    onResponseData(_controller, bytes) {
      if (isOver) return;
      receivedBytes += bytes.length;
      current.onBytes(bytes);
    },
    onResponseEnd() {
      if (isOver) return silence.stop();
      finish();
      current.onEnd();
    },
    onResponseError(_controller, error) {
      if (isOver) silence.stop();
      else fail(faultOfConnection(error), error.message || 'the connection failed', error);
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

function headersOf({ headers, provider }: Connection, { requestId }: TransportCall): string[] {
  const all = requestId === undefined ? [...headers] : [...headers, 'x-request-id', requestId];
  if (provider.propagateTrace) addTrace(all);
  return all;
}

function addTrace(headers: string[]): void {
  propagation.inject(context.active(), headers, { set: (carrier, name, value) => carrier.push(name, value) });
}

function faultOfConnection(error: Error & { readonly code?: string }): ProviderFault {
  return error.code === 'UND_ERR_CONNECT_TIMEOUT' ? 'timeout' : 'unavailable';
}
