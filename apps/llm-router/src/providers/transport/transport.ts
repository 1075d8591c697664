import { Pool } from 'undici';
import { readAnswer } from '../../protocol/answer-reader.ts';
import type { CompletionAnswer } from '../../protocol/completion.ts';
import type { Provider } from '../provider.ts';
import { refusal } from '../refusal.ts';
import { openEventStream, type ProviderStream } from './event-stream.ts';
import { type Connection, keyHeaders, startExchange, type TransportCall } from './exchange.ts';
import { parseJson, readWith } from './parse.ts';

export type { ProviderStream } from './event-stream.ts';
export type { TransportCall } from './exchange.ts';

/** The HTTP transport of one provider. */
export interface Transport {
  /** Requests a whole answer. Throws ProviderError. */
  complete(call: TransportCall): Promise<WholeAnswer>;
  /** Requests a stream and resolves when its first choice has started. Throws ProviderError. */
  stream(call: TransportCall): Promise<ProviderStream>;
  /** Lists the models, which costs nothing, to learn if the provider can be reached and accepts the key. Never rejects. */
  check(signal: AbortSignal): Promise<ProviderCheck>;
  /** Waits for calls in flight and closes. */
  close(): Promise<void>;
}

export type ProviderCheck =
  | { readonly kind: 'accepted' }
  /** The provider does not accept the key. */
  | { readonly kind: 'refused'; readonly statusCode: number; readonly message: string }
  | { readonly kind: 'unreachable'; readonly reason: string };

export interface TransportOptions {
  /** Maximum number of connections; further calls wait for one. */
  readonly connections?: number;
  /** Maximum size of a whole answer, and of one event of a stream. */
  readonly maxAnswerBytes?: number;
  readonly now?: () => number;
}

const defaultMaxAnswerBytes = 16 * 1024 * 1024;

/** Connect timeout. */
const connectMs = 5_000;

export function createTransport(
  provider: Provider,
  { connections = 256, maxAnswerBytes = defaultMaxAnswerBytes, now = Date.now }: TransportOptions = {},
): Transport {
  const { origin, pathname, search } = new URL(provider.baseUrl);
  const basePath = pathname.replace(/\/$/, '');
  const pool = new Pool(origin, {
    connections,
    connect: { timeout: connectMs },
    // No pipelining: a call must be able to close its connection to stop the provider.
    allowH2: false,
    // The exchange has its own, more precise timers.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const connection = {
    provider,
    pool,
    path: `${basePath}/chat/completions${search}`,
    maxAnswerBytes,
    now,
  };
  return {
    complete: (call) => fetchWholeAnswer(connection, call),
    stream: (call) => openEventStream(connection, call),
    check: (signal) => checkProvider(connection, `${basePath}/models${search}`, signal),
    close: () => pool.close(),
  };
}

/** Timeout of a check. */
const checkMs = 5_000;

/**
 * Only 401 refuses the key: a key of limited scope may be refused the list of models with 403, and some servers have no such
 * list.
 */
async function checkProvider(
  { provider, pool, now }: Connection,
  path: string,
  signal: AbortSignal,
): Promise<ProviderCheck> {
  try {
    const response = await pool.request({
      method: 'GET',
      path,
      headers: keyHeaders(provider),
      signal: AbortSignal.any([signal, AbortSignal.timeout(checkMs)]),
    });
    const { statusCode, body } = response;
    if (statusCode !== 401) {
      await body.dump();
      return { kind: 'accepted' };
    }
    const { message } = refusal(provider, response, await body.text(), now());
    return { kind: 'refused', statusCode, message };
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    return { kind: 'unreachable', reason: code ?? name };
  }
}

export interface WholeAnswer {
  /** The received bytes, or the answer in OpenAI's form if they are in another one. */
  readonly bytes: Buffer;
  readonly answer: CompletionAnswer;
}

/** Requests a whole answer. Throws ProviderError. */
function fetchWholeAnswer(connection: Connection, call: TransportCall): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let hasBegun = false;
    const exchange = startExchange(connection, call, {
      onBytes(bytes) {
        // Some providers send blank lines as keep-alive before the answer.
        hasBegun ||= bytes.toString('latin1').trim() !== '';
        if (hasBegun) exchange.progressed();
        else exchange.alive();
        parts.push(bytes);
        if (exchange.receivedBytes() > connection.maxAnswerBytes)
          exchange.fail('bad_response', 'the answer is too large');
      },
      onEnd() {
        const [only] = parts;
        const bytes = parts.length === 1 && only ? only : Buffer.concat(parts);
        const value = parseJson(bytes.toString('utf8'), exchange, 'the answer is not JSON');
        const answer = readWith(readAnswer, value, exchange);
        resolve({ bytes: answer === value ? bytes : Buffer.from(JSON.stringify(answer)), answer });
      },
      onFailure: reject,
    });
  });
}
