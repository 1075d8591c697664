import type { UserPrincipal } from './principal.ts';

/** A request that its client has named with an idempotency key. */
export interface KeyedRequest {
  readonly principal: UserPrincipal;
  /** Id of the route. */
  readonly operation: string;
  readonly key: string;
  /** SHA-256 of everything else that tells the request from others: path parameters, query and body. */
  readonly requestHash: Uint8Array;
}

/**
 * A request's exclusive right to answer its key. It ends when an answer is kept, when it is released, or some seconds
 * after its process has crashed. `Transaction` is a transaction of the service's database.
 */
export interface IdempotencyClaim<Transaction> {
  /** How many earlier runs of the request got answers from other services that they could not use. */
  readonly attempt: number;
  /**
   * Keeps the answer in the transaction of the effect: both are committed, or neither. Throws IDEMPOTENCY_IN_FLIGHT where
   * another process has taken the claim over.
   */
  keep(transaction: Transaction, answer: string): Promise<void>;
  /** Keeps the answer in a transaction of its own. */
  keepAlone(answer: string): Promise<void>;
  /** Frees the key, which has no final answer. Does nothing where an answer is kept. */
  release(options: { readonly nextAttempt: boolean }): Promise<void>;
  /** Stops renewing the claim. To be called once the request has ended, however it ended. */
  stopRenewal(): void;
}

/** The outcome of a request's attempt to claim its key. */
export type ClaimOutcome<Transaction> =
  | { readonly kind: 'claimed'; readonly claim: IdempotencyClaim<Transaction> }
  | { readonly kind: 'answered'; readonly answer: string }
  | { readonly kind: 'in_flight'; readonly retryAfterMs: number }
  | { readonly kind: 'mismatch' };

/** Keeps the final answers of requests by user, route and key for 24 hours. */
export interface IdempotencyStore<Transaction> {
  /** Of several identical requests at once, on any number of replicas, one gets the claim. */
  claim(request: KeyedRequest): Promise<ClaimOutcome<Transaction>>;
}

/** How a request names the calls that it makes of other services, so that a repetition finds their stored answers. */
export interface DownstreamKeys {
  /**
   * Idempotency key for the call of another service with this body; undefined where the client has sent none. It is the
   * same whenever the client repeats the request.
   */
  downstreamKey(body: string): string | undefined;
  /** Gives repetitions of the request new downstream keys: an answer that came under the present one cannot be used. */
  discardDownstreamAnswers(): void;
}
