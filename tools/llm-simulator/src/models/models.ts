import { ApiError } from '../http/api-error.ts';

/** The models that are listed unless others are configured. */
const defaultModels: readonly string[] = [
  'meta-llama/Llama-3-70b-chat-hf',
  'meta-llama/Llama-3-8b-chat-hf',
  'mistralai/Mixtral-8x7B-Instruct-v0.1',
  'gpt-4o-mini',
  'gpt-4o',
];

/** The simulated models. */
export interface ModelList {
  /** The body of `GET /v1/models`. */
  readonly body: object;
  /** The body of `GET /v1/models/<id>`; throws an ApiError 404 for a model that is not listed. */
  find(id: string): object;
  /** Throws an ApiError 404 for a model that may not be called. */
  check(id: string): void;
}

/** Accepts the configured models only. Without configured models, accepts any and lists the default ones. */
export function createModelList(configured: readonly string[] | undefined): ModelList {
  const models = new Map((configured ?? defaultModels).map((id) => [id, modelBody(id)]));
  function find(id: string): object {
    const model = models.get(id);
    if (model) return model;
    throw new ApiError(404, `The model '${id}' does not exist.`, { code: 'model_not_found', param: 'model' });
  }
  return {
    body: { object: 'list', data: [...models.values()] },
    find,
    check(id) {
      if (configured) find(id);
    },
  };
}

function modelBody(id: string): object {
  return { id, object: 'model', created: 1_735_689_600, owned_by: 'simulator' };
}
