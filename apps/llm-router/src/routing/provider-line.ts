import CircuitBreaker from 'opossum';
import type { CompletionAnswer } from '../providers/chat-completion.ts';
import type { Provider } from '../providers/provider.ts';
import { ProviderError, type ProviderFault } from '../providers/provider-error.ts';
import { createTransport, type TransportCall } from '../providers/transport.ts';
import { createProviderStatistics, type ProviderFigures } from './provider-statistics.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

/** The way to one provider: its connections, its breaker and what is known of how it does. */
export interface ProviderLine {
  readonly provider: Provider;
  state(): BreakerState;
  figures(): ProviderFigures;
  /** Throws ProviderError; `shut_off` at once, without a call, while the breaker is open. */
  complete(call: TransportCall, asFallback: boolean): Promise<CompletionAnswer>;
  close(): Promise<void>;
}

/** Opens at half of at least ten calls within 10 s, and tries again after a minute. */
const breakerOptions = {
  timeout: false,
  // Opossum opens above its threshold, we at half.
  errorThresholdPercentage: 49.9,
  volumeThreshold: 10,
  rollingCountTimeout: 10_000,
  resetTimeout: 60_000,
} as const;

/** What says nothing about the provider's health. */
const notItsFault = new Set<ProviderFault>(['caller', 'not_served', 'cancelled']);

const isNotItsFault = (error: unknown) => error instanceof ProviderError && notItsFault.has(error.fault);

export function createProviderLine(provider: Provider): ProviderLine {
  const transport = createTransport(provider);
  const statistics = createProviderStatistics();
  const breaker = new CircuitBreaker((call: TransportCall) => transport.complete(call), {
    ...breakerOptions,
    errorFilter: isNotItsFault,
  });

  return {
    provider,
    state: () => (breaker.opened ? 'open' : breaker.halfOpen ? 'half-open' : 'closed'),
    figures: statistics.figures,
    async complete(call, asFallback) {
      const startedAt = performance.now();
      try {
        const answer = await breaker.fire(call);
        statistics.succeeded(performance.now() - startedAt, asFallback);
        return answer;
      } catch (error) {
        if (CircuitBreaker.isOurError(error as Error)) {
          throw new ProviderError('shut_off', provider.id, 'its circuit breaker is open', { cause: error });
        }
        if (!isNotItsFault(error)) statistics.failed();
        throw error;
      }
    },
    async close() {
      breaker.shutdown();
      await transport.close();
    },
  };
}
