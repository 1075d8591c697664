import type { Provider } from './provider.ts';

/** Returns a provider's own name of a model. */
export function ownModelName({ modelNames }: Pick<Provider, 'modelNames'>, model: string): string {
  return (Object.hasOwn(modelNames, model) ? modelNames[model] : undefined) ?? model;
}
