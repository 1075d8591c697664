import { getHealth } from '@valuecanvas/contracts-llm-router';
import { respond, serve } from '@valuecanvas/service-kit';
import type { ProviderLine } from '../routing/provider-line.ts';

export const getHealthRoute = (lines: readonly ProviderLine[]) =>
  serve(getHealth, () => {
    const providers = Object.fromEntries(
      lines.map((line) => [line.provider.id, { healthy: line.state() !== 'open', state: line.state() }]),
    );
    const healthy = Object.values(providers).some((provider) => provider.healthy);
    return respond(healthy ? 200 : 503, { healthy, providers });
  });
