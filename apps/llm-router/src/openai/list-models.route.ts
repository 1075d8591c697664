import { listModels } from '@valuecanvas/contracts-llm-router';
import { serve } from '@valuecanvas/service-kit';
import type { Provider } from '../providers/provider.ts';

/** OpenAI's form wants a time of creation; nobody tells us one. */
const unknownTime = 0;

export const listModelsRoute = (providers: readonly Provider[]) => {
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
  return serve(listModels, () => ({ object: 'list' as const, data }));
};
