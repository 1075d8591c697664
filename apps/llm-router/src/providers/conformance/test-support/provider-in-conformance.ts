import { type Simulator, startSimulator } from '@valuecanvas/llm-simulator';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { CompletionBody, StreamEvent } from '../../../protocol/completion.ts';
import type { Provider } from '../../provider.ts';
import type { ProviderError } from '../../provider-error.ts';
import { toBody } from '../../to-body.ts';
import {
  createTransport,
  type ProviderStream,
  type Transport,
  type TransportCall,
} from '../../transport/transport.ts';

export type Limits = Partial<Omit<TransportCall, 'body'>>;

const generousTimeouts = { signal: undefined, firstByteMs: 5_000, stallMs: 5_000 };

/** A provider backed by a simulator, for one test suite. */
export function useProvider(providerAt: (baseUrl: string) => Provider) {
  let simulator: Simulator;
  let provider: Provider;
  let transport: Transport;

  beforeAll(async () => {
    simulator = await startSimulator();
    provider = providerAt(simulator.url);
    transport = createTransport(provider);
  });
  beforeEach(() => simulator.reset());
  afterAll(async () => {
    await simulator.stop();
    await transport.close();
  });

  const asked = (fields: object, stream: boolean): CompletionBody =>
    toBody(
      provider,
      { model: 'gpt-4o', messages: [{ role: 'user', content: 'Why?' }], ...fields },
      { model: 'gpt-4o', maxOutputTokens: 500, stream },
    );
  const callOf = (fields: object, stream: boolean, limits: Limits): TransportCall => ({
    ...generousTimeouts,
    ...limits,
    body: JSON.stringify(asked(fields, stream)),
  });

  return {
    get simulator(): Simulator {
      return simulator;
    },
    complete: (fields: object = {}, limits: Limits = {}) => transport.complete(callOf(fields, false, limits)),
    stream: (fields: object = {}, limits: Limits = {}) => transport.stream(callOf(fields, true, limits)),
    /** Calls the provider directly with the official client and the same body. */
    reference: {
      complete: (fields: object = {}) =>
        client().chat.completions.create(
          asked(fields, false) as unknown as OpenAI.ChatCompletionCreateParamsNonStreaming,
        ),
      async chunks(fields: object = {}): Promise<unknown[]> {
        const params = asked(fields, true) as unknown as OpenAI.ChatCompletionCreateParamsStreaming;
        return Array.fromAsync(await client().chat.completions.create(params));
      },
    },
  };

  function client(): OpenAI {
    return new OpenAI({ baseURL: provider.baseUrl, apiKey: provider.apiKey ?? 'none', maxRetries: 0 });
  }
}

/** Collects all events of a stream, and the error that ended it. */
export async function readAll(
  stream: ProviderStream,
): Promise<{ readonly events: StreamEvent[]; readonly error: ProviderError | undefined }> {
  const events: StreamEvent[] = [];
  try {
    for await (const batch of stream.events) events.push(...batch);
    return { events, error: undefined };
  } catch (error) {
    return { events, error: error as ProviderError };
  }
}
