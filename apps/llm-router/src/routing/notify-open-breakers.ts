import type { Notification } from '@valuecanvas/contracts-core';
import type { ProviderClient } from './provider-client.ts';

const hourMs = 3_600_000;

/**
 * Notifies operators of breakers that open by calls of this replica. The key holds the hour, so that all replicas, and a breaker
 * that opens again and again, cause one notification per model and hour.
 */
export function notifyOpenBreakers(parts: {
  readonly clients: readonly Pick<ProviderClient, 'provider' | 'breakers'>[];
  readonly record: (notification: Notification) => void;
  readonly newId: () => string;
  readonly now: () => number;
}): void {
  const { clients, record, newId, now } = parts;
  for (const { provider, breakers } of clients) {
    breakers.onChange(({ model, state, followed, isShared }) => {
      if (state !== 'open' || followed || isShared) return;
      const hour = new Date(Math.floor(now() / hourMs) * hourMs).toISOString();
      record({
        id: newId(),
        key: `provider.breaker-opened:${provider.id}:${model}:${hour}`,
        kind: 'provider.breaker-opened',
        severity: 'warning',
        title: `The breaker of ${provider.id} has opened`,
        message: `Too many calls of ${model} to ${provider.id} have failed. The router serves its requests by other providers, if one has the model.`,
        details: { provider: provider.id, model },
        occurredAt: new Date(now()).toISOString(),
      });
    });
  }
}
