import type { SemaphoreFigures } from '@valuecanvas/resilience';
import { createGauge, type Metrics } from '@valuecanvas/service-kit';
import type { BreakerState } from '../routing/breaker.ts';
import { own } from './names.ts';

export interface BreakerReading {
  readonly provider: string;
  readonly model: string;
  readonly state: BreakerState;
}

export interface SemaphoreReading extends SemaphoreFigures {
  readonly provider: string;
}

/** Gauges of provider state, read on each scrape. */
export interface ProviderMeters {
  /** Called once. */
  observeBreakers(read: () => Iterable<BreakerReading>): void;
  /** Called once. */
  observeSemaphores(read: () => Iterable<SemaphoreReading>): void;
}

const stateValues: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 };

/** Creates the gauges. `boundModel` maps models without their own series to a shared label, which shows their worst state. */
export function createProviderMeters(
  { registry }: Pick<Metrics, 'registry'>,
  boundModel: (model: string) => string,
): ProviderMeters {
  return {
    observeBreakers(read) {
      const help = 'Circuit breaker of a provider and model: 0 closed, 1 half open, 2 open.';
      createGauge(registry, { name: own.metric.breaker, help }, () => {
        const readings = Iterator.from(read()).map((reading) => ({
          labels: { [own.label.provider]: reading.provider, [own.label.model]: boundModel(reading.model) },
          value: stateValues[reading.state],
        }));
        return [...Map.groupBy(readings, ({ labels }) => JSON.stringify(labels)).values()].map((alike) =>
          alike.reduce((worst, one) => (one.value > worst.value ? one : worst)),
        );
      });
    },
    observeSemaphores(read) {
      const gauge = (name: string, help: string, pick: (figures: SemaphoreFigures) => number) =>
        createGauge(registry, { name, help }, () =>
          Iterator.from(read()).map((reading) => ({
            labels: { [own.label.provider]: reading.provider },
            value: pick(reading),
          })),
        );
      gauge(own.metric.slotsInUse, 'Provider calls in flight.', ({ inUse }) => inUse);
      gauge(
        own.metric.slotsQueued,
        'Calls waiting for a provider’s concurrency limit.',
        ({ queued }) => queued,
      );
    },
  };
}
