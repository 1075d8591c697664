import type { listModels } from '@valuecanvas/contracts-llm-router';
import type { Handler } from '@valuecanvas/service-kit';
import type { Provider } from '../providers/provider.ts';

/** OpenAI's schema requires a creation time, which providers do not report. */
const unknownTime = 0;

export function listModelsHandler(providers: readonly Provider[]): Handler<typeof listModels> {
  const byModel = Map.groupBy(
    providers.flatMap(({ id, models }) => models.map((model) => ({ id, model }))),
    ({ model }) => model,
  );
  const data = [...byModel].map(([id, offers]) => ({
    id,
    object: 'model' as const,
    created: unknownTime,
    owned_by: offers.map((offer) => offer.id).join(','),
  }));
  return () => ({ object: 'list', data });
}
