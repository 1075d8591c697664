/** Tokens of one call, as reported by the provider, or estimated. */
export interface Tokens {
  /** Includes tokens read from and written to the provider's cache. */
  readonly prompt: number;
  /** Includes reasoning. */
  readonly completion: number;
  /** Read from the provider's cache. */
  readonly cached: number;
  /** Written to the provider's cache. */
  readonly cacheWrite: number;
  readonly reasoning: number;
  /** Audio within the prompt. */
  readonly promptSound: number;
  /** Audio within the completion. */
  readonly completionSound: number;
  /** True if not reported by the provider. */
  readonly estimated: boolean;
}
