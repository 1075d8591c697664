import type { Kit } from '@valuecanvas/service-kit';
import type { CompletionObserver } from '../completions/observer.ts';
import type { LlmRouterConfig } from '../config.ts';
import { modelsOf } from '../providers/provider.ts';
import { breakerStatesOf, type ProviderClient } from '../routing/provider-client.ts';
import { createMeters, type Meters } from './meters.ts';
import { type CacheCounts, createCacheCounts, observeCompletions } from './observe-completions.ts';

export interface Telemetry {
  readonly meters: Meters;
  readonly cacheCounts: CacheCounts;
  /** Records metrics, traces and cache counts of completions. */
  readonly observer: CompletionObserver;
}

/** Composes metrics and traces of completions, and the gauges of the providers. */
export function composeTelemetry(
  { metrics }: Kit<LlmRouterConfig>,
  clients: readonly ProviderClient[],
): Telemetry {
  const meters = createMeters(
    metrics,
    clients.flatMap(({ provider }) => modelsOf(provider)),
  );
  meters.observeBreakers(() => clients.flatMap(breakerStatesOf));
  meters.observeSemaphores(() =>
    clients.map((client) => ({ provider: client.provider.id, ...client.load() })),
  );
  const cacheCounts = createCacheCounts();
  return { meters, cacheCounts, observer: observeCompletions(meters, cacheCounts) };
}
