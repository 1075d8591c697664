import type { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import type { AuditJournal } from '@valuecanvas/journal';
import { type HandlersOf, respond } from '@valuecanvas/service-kit';
import { breakerStatesOf, type ProviderClient } from '../routing/provider-client.ts';
import type { SharedBreakers } from '../routing/share-breakers.ts';
import type { CacheCounts } from '../telemetry/observe-completions.ts';

/** Rejects if no provider can serve calls. */
export async function assertHealthy(clients: readonly ProviderClient[]): Promise<void> {
  if (!clients.some((client) => client.isHealthy())) throw new Error('no provider can serve calls');
}

function problemOf({ condition }: ProviderClient) {
  const problem = condition.problem();
  return problem === undefined ? {} : { problem };
}

export const statusRoutes = (status: {
  readonly clients: readonly ProviderClient[];
  readonly cacheCounts: CacheCounts;
  /** Start time of the counts. */
  readonly since: string;
  /** ID of this process. */
  readonly instance: string;
  readonly audit: AuditJournal;
  readonly breakers: SharedBreakers;
  /** Removes the cached answers of one model, or of all, and returns their number. */
  readonly clearCache: (model?: string) => Promise<number>;
}) =>
  ({
    getStats: () => ({
      providers: Object.fromEntries(
        status.clients.map((client) => [
          client.provider.id,
          { state: client.state(), ...client.figures(), models: client.breakers.states() },
        ]),
      ),
      cache: status.cacheCounts.figures(),
      since: status.since,
      instance: status.instance,
    }),

    getHealth() {
      const providers = Object.fromEntries(
        status.clients.map((client) => [
          client.provider.id,
          {
            healthy: client.isHealthy(),
            state: client.state(),
            checked: client.condition.isKnown(),
            ...problemOf(client),
          },
        ]),
      );
      const healthy = Object.values(providers).some((provider) => provider.healthy);
      return respond(healthy ? 200 : 503, { healthy, providers });
    },

    async resetBreakers(call) {
      const { principal, log } = call;
      await status.audit.record(call, {
        target: { kind: 'breakers', id: 'all' },
        before: status.clients.flatMap(breakerStatesOf),
      });
      const closed = await status.breakers.reset();
      log.info({ userId: principal.userId, closed }, 'breakers: reset by an operator');
      return { closed };
    },

    async listBreakerChanges() {
      const changes = await status.breakers.history();
      return {
        changes: changes.map(({ what, at, ...breaker }) => ({
          at: new Date(at).toISOString(),
          change: what,
          ...breaker,
        })),
      };
    },

    async clearCache(call) {
      const { principal, log } = call;
      const { model } = call.query;
      await status.audit.record(call, { target: { kind: 'cache', id: model ?? 'all' } });
      const removed = await status.clearCache(model);
      log.info({ userId: principal.userId, removed }, 'answer cache: cleared by an operator');
      return { removed };
    },
  }) satisfies Partial<HandlersOf<typeof llmRouterContract>>;
