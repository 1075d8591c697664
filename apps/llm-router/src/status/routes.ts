import type { ClosedBreakers, llmRouterContract } from '@valuecanvas/contracts-llm-router';
import { type HandlersOf, respond } from '@valuecanvas/service-kit';
import type { ProviderLine } from '../routing/provider-line.ts';
import type { CacheCounts } from './cache-counts.ts';

export const statusRoutes = (status: {
  readonly lines: readonly ProviderLine[];
  readonly cacheCounts: CacheCounts;
  /** When the counts began. */
  readonly since: string;
  /** Closes the breakers of all replicas and returns those that were not closed. */
  readonly resetBreakers: () => Promise<ClosedBreakers['closed']>;
  /** Removes the cached answers of one model, or of all, and returns their number. */
  readonly clearCache: (model?: string) => Promise<number>;
}) =>
  ({
    getStats: () => ({
      providers: Object.fromEntries(
        status.lines.map((line) => [
          line.provider.id,
          { state: line.state(), ...line.figures(), models: line.breakers.states() },
        ]),
      ),
      cache: status.cacheCounts.figures(),
      since: status.since,
    }),

    getHealth() {
      const providers = Object.fromEntries(
        status.lines.map((line) => [
          line.provider.id,
          { healthy: line.state() !== 'open', state: line.state() },
        ]),
      );
      const healthy = Object.values(providers).some((provider) => provider.healthy);
      return respond(healthy ? 200 : 503, { healthy, providers });
    },

    async resetBreakers({ principal, log }) {
      const closed = await status.resetBreakers();
      log.info({ admin: principal.userId, closed }, 'breakers: reset by an admin');
      return { closed };
    },

    async clearCache({ principal, query: { model }, log }) {
      const removed = await status.clearCache(model);
      log.info({ admin: principal.userId, removed }, 'answer cache: cleared by an admin');
      return { removed };
    },
  }) satisfies Partial<HandlersOf<typeof llmRouterContract>>;
