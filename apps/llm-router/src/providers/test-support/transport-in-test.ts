import type { ServerResponse } from 'node:http';
import { expect, onTestFinished } from 'vitest';
import type { StreamEvent } from '../../protocol/completion.ts';
import type { ProviderError } from '../provider-error.ts';
import {
  createTransport,
  type ProviderStream,
  type Transport,
  type TransportCall,
} from '../transport/transport.ts';
import { providerInTest } from './provider-in-test.ts';
import { startServerInTest } from './server-in-test.ts';

/** A minimal answer. */
export const answer = { choices: [{ message: { content: 'Because.' }, finish_reason: 'stop' }] };

/** Builds one event of a stream. */
export const chunk = (content: string, finish: string | null = null) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`;
export const done = 'data: [DONE]\n\n';

/** A call with timeouts that no test reaches accidentally. */
export const callOf = (settings: Partial<TransportCall> = {}): TransportCall => ({
  body: '{}',
  signal: undefined,
  firstByteMs: 5_000,
  stallMs: 5_000,
  ...settings,
});

/** Creates a transport. Closes with the test. */
export function transportTo(baseUrl: string, apiKey?: string): Transport {
  const transport = createTransport(providerInTest({ baseUrl, apiKey }));
  onTestFinished(() => void transport.close());
  return transport;
}

/** Creates a transport to a server with the given answer. */
export async function transportWith(say: (response: ServerResponse) => void): Promise<Transport> {
  const { url } = await startServerInTest(say);
  return transportTo(url);
}

/** Sends the head of a stream and some events. */
export function begin(response: ServerResponse, ...events: string[]): void {
  response.setHeader('content-type', 'text/event-stream; charset=utf-8');
  response.flushHeaders();
  for (const event of events) response.write(event);
}

/** Returns the error of a call. */
export async function errorOf(promise: Promise<unknown>): Promise<ProviderError> {
  return promise.then(
    () => expect.fail('no error was thrown'),
    (error: ProviderError) => error,
  );
}

/** Collects all events of a stream. Throws the stream's error. */
export async function read(stream: ProviderStream): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const batch of stream.events) events.push(...batch);
  return events;
}

/** Measures the milliseconds until a call ends in any way. */
export async function tookMs(promise: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await promise.catch(() => undefined);
  return performance.now() - startedAt;
}
