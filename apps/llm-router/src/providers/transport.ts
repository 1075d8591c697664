import { Pool } from 'undici';
import type { Provider } from './provider.ts';
import { openEventStream, type ProviderStream } from './transport/event-stream.ts';
import type { TransportCall } from './transport/exchange.ts';
import { fetchWholeAnswer, type WholeAnswer } from './transport/whole-answer.ts';

export type { ProviderStream } from './transport/event-stream.ts';
export type { TransportCall } from './transport/exchange.ts';
export type { WholeAnswer } from './transport/whole-answer.ts';

/** The HTTP transport of one provider. */
export interface Transport {
  /** Requests a whole answer. Throws ProviderError. */
  complete(call: TransportCall): Promise<WholeAnswer>;
  /** Requests a stream and resolves when its first choice has started. Throws ProviderError. */
  stream(call: TransportCall): Promise<ProviderStream>;
  /** Waits for calls in flight and closes. */
  close(): Promise<void>;
}

export interface TransportOptions {
  /** Maximum number of connections; further calls wait for one. */
  readonly connections?: number;
  readonly now?: () => number;
}

/** Connect timeout. */
const connectMs = 5_000;

export function createTransport(
  provider: Provider,
  { connections = 256, now = Date.now }: TransportOptions = {},
): Transport {
  const { origin, pathname } = new URL(provider.baseUrl);
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
    path: `${pathname.replace(/\/$/, '')}/chat/completions`,
    headers: [
      'content-type',
      'application/json',
      ...(provider.apiKey === undefined ? [] : ['authorization', `Bearer ${provider.apiKey}`]),
    ],
    now,
  };
  return {
    complete: (call) => fetchWholeAnswer(connection, call),
    stream: (call) => openEventStream(connection, call),
    close: () => pool.close(),
  };
}
