/** Tokens of one call; counted by the provider, or estimated where it said nothing. */
export interface Tokens {
  /** Those from and into the provider's cache included. */
  readonly prompt: number;
  /** Reasoning included. */
  readonly completion: number;
  /** Read from the provider's cache. */
  readonly cached: number;
  /** Written to the provider's cache. */
  readonly cacheWrite: number;
  readonly reasoning: number;
  /** Sound within the prompt. */
  readonly promptSound: number;
  /** Sound within the completion. */
  readonly completionSound: number;
  /** Not counted by the provider. */
  readonly estimated: boolean;
}
