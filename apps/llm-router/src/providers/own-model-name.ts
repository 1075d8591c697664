import type { Provider } from './provider.ts';

/** What a provider calls a model that it serves. */
export function ownModelName({ modelNames }: Pick<Provider, 'modelNames'>, model: string): string {
  return (Object.hasOwn(modelNames, model) ? modelNames[model] : undefined) ?? model;
}
