import { Pool } from 'undici';
import type { Provider } from './provider.ts';
import { openEventStream, type ProviderStream } from './transport/event-stream.ts';
import type { TransportCall } from './transport/exchange.ts';
import { fetchWholeAnswer, type WholeAnswer } from './transport/whole-answer.ts';

export type { ProviderStream } from './transport/event-stream.ts';
export type { TransportCall } from './transport/exchange.ts';
export type { WholeAnswer } from './transport/whole-answer.ts';

/** One provider's connections. */
export interface Transport {
  /** The whole answer. Throws ProviderError. */
  complete(call: TransportCall): Promise<WholeAnswer>;
  /** A stream of which the first choice has begun. Throws ProviderError. */
  stream(call: TransportCall): Promise<ProviderStream>;
  /** Waits for the calls under way. */
  close(): Promise<void>;
}

export interface TransportOptions {
  /** Connections at the same time; calls beyond that wait for one. */
  readonly connections?: number;
  readonly now?: () => number;
}

/** Milliseconds that a connection may take to be made. */
const connectMs = 5_000;

export function createTransport(
  provider: Provider,
  { connections = 256, now = Date.now }: TransportOptions = {},
): Transport {
  const { origin, pathname } = new URL(provider.baseUrl);
  const pool = new Pool(origin, {
    connections,
    connect: { timeout: connectMs },
    // A call needs a connection of its own that it can close to stop the provider.
    allowH2: false,
    // The exchange has its own, more exact timers.
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
