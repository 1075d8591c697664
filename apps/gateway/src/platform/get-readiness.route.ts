import { getReadiness, type PlatformReadiness } from '@valuecanvas/contracts-gateway';
import { respond, serve } from '@valuecanvas/service-kit';

export const getReadinessRoute = (readiness: () => Promise<PlatformReadiness>) =>
  serve(getReadiness, async () => {
    const answer = await readiness();
    return respond(answer.status === 'unavailable' ? 503 : 200, answer, { 'cache-control': 'no-store' });
  });
