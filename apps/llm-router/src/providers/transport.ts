import { Pool } from 'undici';
import { type CompletionAnswer, isCompletionAnswer } from './chat-completion.ts';
import type { Provider } from './provider.ts';
import { ProviderError } from './provider-error.ts';
import { refusal } from './refusal.ts';

/** Bytes of an answer beyond which it is refused. */
const maxAnswerBytes = 16 * 1024 * 1024;

export interface TransportCall {
  /** The finished JSON body. */
  readonly body: string;
  readonly signal: AbortSignal;
  /** Milliseconds to the first byte, and between any two parts of the answer. */
  readonly timeoutMs: number;
}

/** One provider's connections. */
export interface Transport {
  /** The whole answer. Throws ProviderError. */
  complete(call: TransportCall): Promise<CompletionAnswer>;
  close(): Promise<void>;
}

export function createTransport(provider: Provider): Transport {
  const { origin, pathname } = new URL(provider.baseUrl);
  const pool = new Pool(origin, { connections: 256, connect: { timeout: 5_000 } });
  const path = `${pathname.replace(/\/$/, '')}/chat/completions`;
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    ...(provider.apiKey === undefined ? {} : { authorization: `Bearer ${provider.apiKey}` }),
  };

  return {
    async complete({ body, signal, timeoutMs }) {
      try {
        const response = await pool.request({
          method: 'POST',
          path,
          headers,
          body,
          signal,
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
        });
        const text = await readText(provider, response.body);
        if (response.statusCode !== 200) throw refusal(provider.id, response, text);
        return parseAnswer(provider, text);
      } catch (error) {
        throw toProviderError(provider, signal, error);
      }
    },
    close: () => pool.close(),
  };
}

async function readText(provider: Provider, body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > maxAnswerBytes)
      throw new ProviderError('bad_response', provider.id, 'the answer is too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parseAnswer(provider: Provider, text: string): CompletionAnswer {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    throw new ProviderError('bad_response', provider.id, 'the answer is not JSON', { cause });
  }
  if (!isCompletionAnswer(answer))
    throw new ProviderError('bad_response', provider.id, 'the answer has no choices');
  return answer;
}

const timeoutCodes = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT']);

function toProviderError(provider: Provider, signal: AbortSignal, error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  if (signal.aborted)
    return new ProviderError('cancelled', provider.id, 'the caller waits no longer', { cause: error });
  const { code, message } = error as { code?: string; message?: string };
  const fault = timeoutCodes.has(code ?? '') ? 'timeout' : 'unavailable';
  return new ProviderError(fault, provider.id, message ?? 'the connection failed', { cause: error });
}
