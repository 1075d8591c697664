import { getStats } from '@valuecanvas/contracts-llm-router';
import { serve } from '@valuecanvas/service-kit';
import type { ProviderLine } from '../routing/provider-line.ts';
import type { CacheCounts } from './cache-counts.ts';

export const getStatsRoute = (lines: readonly ProviderLine[], cache: CacheCounts, since: string) =>
  serve(getStats, () => ({
    providers: Object.fromEntries(
      lines.map((line) => [
        line.provider.id,
        { state: line.state(), ...line.figures(), models: line.breakers.states() },
      ]),
    ),
    cache: cache.figures(),
    since,
  }));
