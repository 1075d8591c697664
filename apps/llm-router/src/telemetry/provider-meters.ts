import { type MetricDefinition, metricCatalogue } from '@valuecanvas/contracts-core';
import type { SemaphoreFigures } from '@valuecanvas/resilience';
import type { Metrics } from '@valuecanvas/service-kit';
import type { BreakerState } from '../routing/breaker.ts';

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
  metrics: Pick<Metrics, 'observe'>,
  boundModel: (model: string) => string,
): ProviderMeters {
  return {
    observeBreakers(read) {
      metrics.observe(metricCatalogue.breakerState, () => {
        const readings = Iterator.from(read()).map((reading) => ({
          labels: { provider: reading.provider, model: boundModel(reading.model) },
          value: stateValues[reading.state],
        }));
        return [...Map.groupBy(readings, ({ labels }) => JSON.stringify(labels)).values()].map((alike) =>
          alike.reduce((worst, one) => (one.value > worst.value ? one : worst)),
        );
      });
    },
    observeSemaphores(read) {
      const gauge = (definition: MetricDefinition<'provider'>, pick: (figures: SemaphoreFigures) => number) =>
        metrics.observe(definition, () =>
          Iterator.from(read()).map((reading) => ({
            labels: { provider: reading.provider },
            value: pick(reading),
          })),
        );
      gauge(metricCatalogue.slotsInUse, ({ inUse }) => inUse);
      gauge(metricCatalogue.slotsQueued, ({ queued }) => queued);
    },
  };
}
