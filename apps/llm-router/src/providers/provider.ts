import type { ListedPrice } from '../pricing/model-price.ts';

/** One provider of models that speaks OpenAI's protocol: data, nothing else. */
export interface Provider {
  /** As answers, ledger and metrics name it. */
  readonly id: string;
  readonly baseUrl: string;
  /** Undefined for servers that ask for none. */
  readonly apiKey: string | undefined;
  /** By which name the price data know it; undefined: calls are free unless `prices` names the model. */
  readonly priceId: string | undefined;
  /** Prices that go before the price data, by the provider's own name of the model. */
  readonly prices: Readonly<Record<string, ListedPrice>>;
  /** Models that it serves, by the names under which they are offered. */
  readonly models: readonly string[];
  /** Its own names of offered models, where they differ. */
  readonly modelNames: Readonly<Record<string, string>>;
  /** What is asked for in place of a model that it does not serve; without one, such a call goes elsewhere. */
  readonly fallbackModel: string | undefined;
  /** Whether it receives the trace of a call: `traceparent` and `tracestate`. Only for servers of one's own. */
  readonly propagateTrace: boolean;
  /** The field in which it takes the largest number of tokens in an answer. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
}
