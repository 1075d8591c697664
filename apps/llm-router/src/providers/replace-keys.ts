import type { Provider } from './provider.ts';

interface Rotated extends Pick<Provider, 'id'> {
  apiKey: string | undefined;
  formerApiKey?: string | undefined;
}

/** Takes the API keys of newer providers with the same IDs, and keeps a changed key as the former one, so that it stays masked. */
export function replaceKeys(
  providers: readonly Rotated[],
  newer: readonly Pick<Provider, 'id' | 'apiKey'>[],
): void {
  for (const provider of providers) {
    const same = newer.find(({ id }) => id === provider.id);
    if (!same || same.apiKey === provider.apiKey) continue;
    provider.formerApiKey = provider.apiKey;
    provider.apiKey = same.apiKey;
  }
}
