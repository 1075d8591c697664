import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { ProviderCounts } from './ledger-totals.ts';

/** Location of a provider's own counts. */
export interface CountsPlace {
  /** Undefined for all providers together. */
  readonly provider: string | undefined;
  readonly url: string;
}

const count = Type.Integer({ minimum: 0 });
const Answer = Type.Object({
  totals: Type.Object({
    calls: count,
    open: count,
    rejected: count,
    refusedConnections: count,
    promptTokens: count,
    completionTokens: count,
    cachedTokens: count,
    reasoningTokens: count,
  }),
  recent: Type.Array(Type.Object({ requestId: Type.Union([Type.String(), Type.Null()]) })),
});
const answer = Compile(Answer);

/** Request timeout. */
const timeoutMs = 10_000;

/** Fetches an llm-simulator's counts since its start. Throws a one-sentence error. */
export async function readProviderCounts({ provider, url }: CountsPlace): Promise<ProviderCounts> {
  const { totals, recent } = await ask(new URL('/__simulator/calls?last=10000', url));
  const ids = recent.map(({ requestId }) => requestId).filter((id) => id !== null);
  return {
    provider,
    calls: totals.calls,
    open: totals.open,
    uncounted: totals.rejected + totals.refusedConnections,
    promptTokens: totals.promptTokens,
    completionTokens: totals.completionTokens,
    cachedTokens: totals.cachedTokens,
    reasoningTokens: totals.reasoningTokens,
    requestIds: ids.length === totals.calls ? ids : undefined,
  };
}

async function ask(url: URL): Promise<Static<typeof Answer>> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    const body: unknown = await response.json();
    if (answer.Check(body)) return body;
    throw new Error(`it answered ${response.status} without counts`);
  } catch (cause) {
    const { cause: inner = cause } = cause as { cause?: unknown };
    throw new Error(
      `The counts at ${url} cannot be read: ${inner instanceof Error ? inner.message : inner}.`,
      {
        cause,
      },
    );
  }
}
