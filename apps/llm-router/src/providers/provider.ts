/** One provider of models that speaks OpenAI's protocol: data, nothing else. */
export interface Provider {
  /** As answers, ledger and metrics name it. */
  readonly id: string;
  readonly baseUrl: string;
  /** Undefined for servers that ask for none. */
  readonly apiKey: string | undefined;
  /** By which name the price data know it; undefined where calls cost nothing. */
  readonly priceId: string | undefined;
  /** Models that are offered to users even where nobody asks the provider for its list. */
  readonly models: readonly string[];
  /** What is asked for in place of a model that it does not serve; without one, such a call goes elsewhere. */
  readonly fallbackModel: string | undefined;
}
