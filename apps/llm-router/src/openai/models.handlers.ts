import type { checkModels, getModel, listModels } from '@valuecanvas/contracts-llm-router';
import type { Handler } from '@valuecanvas/service-kit';
import { unknownModelError } from '../completions/errors.ts';
import { ownModelName, type Provider } from '../providers/provider.ts';
import type { Candidates } from '../routing/model-map.ts';

/** OpenAI's schema requires a creation time, which providers do not report. */
const unknownTime = 0;

export function listModelsHandler(providers: readonly Provider[]): Handler<typeof listModels> {
  const byModel = Map.groupBy(
    providers.flatMap(({ id, models }) => models.map((model) => ({ id, model }))),
    ({ model }) => model,
  );
  const data = [...byModel].map(([model, offers]) => toModel(model, offers));
  return () => ({ object: 'list', data });
}

/** Finds every model that a completion may name, listed or not. */
export function getModelHandler(candidates: Candidates): Handler<typeof getModel> {
  return ({ params: { model } }) => {
    const serving = candidates({ model, messages: [] });
    if (serving.length === 0) throw unknownModelError(model);
    const owners = serving.filter(
      (candidate) => candidate.model === ownModelName(candidate.client.provider, model),
    );
    return toModel(
      model,
      (owners.length > 0 ? owners : serving).map(({ client }) => client.provider),
    );
  };
}

/** Checks with the same lookup as completions do. */
export function checkModelsHandler(
  providers: readonly Provider[],
  candidates: Candidates,
): Handler<typeof checkModels> {
  const listed = [...new Set(providers.flatMap(({ models }) => models))];
  return ({ body: { models } }) => ({
    unserved: models.filter((model) => candidates({ model, messages: [] }).length === 0),
    listed,
  });
}

function toModel(id: string, providers: readonly Pick<Provider, 'id'>[]) {
  const owners = providers.map((provider) => provider.id).join(',');
  return { id, object: 'model' as const, created: unknownTime, owned_by: owners };
}
