import { getStats } from '@valuecanvas/contracts-llm-router';
import { serve } from '@valuecanvas/service-kit';
import type { ProviderLine } from '../routing/provider-line.ts';

export const getStatsRoute = (lines: readonly ProviderLine[], since: string) =>
  serve(getStats, () => ({
    providers: Object.fromEntries(
      lines.map((line) => [line.provider.id, { state: line.state(), ...line.figures() }]),
    ),
    cache: { hits: 0, misses: 0, hitRate: 0 },
    since,
  }));
