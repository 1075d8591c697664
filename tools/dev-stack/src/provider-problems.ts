import { setTimeout as delay } from 'node:timers/promises';

/** Time for the router's first check of its providers, which is bounded by 5 s. */
const maxWaitMs = 6_000;

interface Health {
  readonly providers: Readonly<
    Record<string, { readonly checked?: boolean; readonly problem?: 'refused' | 'unreachable' }>
  >;
}

const words = {
  refused: 'refuses its key or account',
  unreachable: 'cannot be reached',
} as const;

/** Returns a sentence for each provider of models that cannot serve, once all of them are checked. Empty if the health is not public. */
export async function providerProblems(gatewayUrl: string, signal: AbortSignal): Promise<string[]> {
  const endsAt = performance.now() + maxWaitMs;
  for (;;) {
    const health = await readHealth(gatewayUrl, signal);
    const providers = Object.entries(health?.providers ?? {});
    if (providers.every(([, { checked }]) => checked !== false) || performance.now() >= endsAt)
      return providers.flatMap(([id, { problem }]) => (problem ? [`${id} ${words[problem]}.`] : []));
    await delay(100, undefined, { signal });
  }
}

async function readHealth(gatewayUrl: string, signal: AbortSignal): Promise<Health | undefined> {
  const response = await fetch(`${gatewayUrl}/api/llm/health`, { signal });
  if (response.status !== 200 && response.status !== 503) return undefined;
  const { data } = (await response.json()) as { data?: Health };
  return data;
}
