import type { ListedPrice, ServiceTiers } from '../pricing/model-price.ts';
import type { Feature } from './features.ts';

/** A provider that speaks OpenAI's protocol, as data. */
export interface Provider {
  /** Id in answers, ledger and metrics. */
  readonly id: string;
  /** Completions are below its path. Its query is sent with each call. */
  readonly baseUrl: string;
  /** Undefined for servers without authentication. May change while the router runs. */
  readonly apiKey: string | undefined;
  /** The key before the last rotation. Calls that began with it may still end, and its provider may repeat it in an error. */
  readonly formerApiKey?: string | undefined;
  /** The header with the key: `authorization` as a bearer token, `api-key` as it is, as Azure expects it. */
  readonly keyHeader: 'authorization' | 'api-key';
  /** Its id in the price data. If undefined, calls are free unless `prices` contains the model. */
  readonly priceId: string | undefined;
  /** Prices that override the price data, by the provider's own model names. */
  readonly prices: Readonly<Record<string, ListedPrice>>;
  /** Price factors of its service tiers; undefined if it has one price only. */
  readonly serviceTiers: ServiceTiers | undefined;
  /** Offered names of the models that it serves. */
  readonly models: readonly string[];
  /** Its own names of offered models that differ. */
  readonly modelNames: Readonly<Record<string, string>>;
  /** Model used instead of one that it does not serve; without it, such calls go to other providers. */
  readonly fallbackModel: string | undefined;
  /** True if it receives the trace of a call: `traceparent` and `tracestate`. Only for self-hosted servers. */
  readonly propagateTrace: boolean;
  /** The field in which it takes the largest number of tokens in an answer. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** Features that its models lack, by its own model names; `*` stands for all others. The router learns the rest from refusals. */
  readonly lacks: Readonly<Record<string, readonly Feature[]>>;
}

/** Returns a provider's own name of a model. */
export function ownModelName({ modelNames }: Pick<Provider, 'modelNames'>, model: string): string {
  return (Object.hasOwn(modelNames, model) ? modelNames[model] : undefined) ?? model;
}

/** Returns a provider's own names of the models for which it can be called. */
export function modelsOf(provider: Pick<Provider, 'models' | 'modelNames' | 'fallbackModel'>): string[] {
  const { models, fallbackModel } = provider;
  const names = new Set(models.map((model) => ownModelName(provider, model)));
  if (fallbackModel !== undefined) names.add(fallbackModel);
  return [...names];
}
