import type { UserPrincipal } from './principal.ts';

/** A request with an idempotency key. */
export interface KeyedRequest {
  readonly principal: UserPrincipal;
  /** Id of the route. */
  readonly operation: string;
  readonly key: string;
  /** SHA-256 of the path parameters, query and body, which must be the same for each use of the key. */
  readonly requestHash: Uint8Array;
}

/**
 * A request's exclusive right to answer its key. It ends when an answer is stored, when it is released, or some seconds
 * after its process has crashed. `Transaction` is a transaction of the service's database.
 */
export interface IdempotencyClaim<Transaction> {
  /** Number of earlier runs of the request that received unusable answers from other services. */
  readonly attempt: number;
  /**
   * Stores the answer in the transaction of the effect: both are committed, or neither. Throws IDEMPOTENCY_IN_FLIGHT if
   * another process has taken over the claim.
   */
  keep(transaction: Transaction, answer: string): Promise<void>;
  /** Stores the answer in a separate transaction. */
  keepAlone(answer: string): Promise<void>;
  /** Releases the key without a final answer. Does nothing if an answer is already stored. */
  release(options: { readonly nextAttempt: boolean }): Promise<void>;
  /** Stops renewing the claim. Call it when the request has ended, whether it succeeded or failed. */
  stopRenewal(): void;
}

/** The outcome of a request's attempt to claim its key. */
export type ClaimOutcome<Transaction> =
  | { readonly kind: 'claimed'; readonly claim: IdempotencyClaim<Transaction> }
  | { readonly kind: 'answered'; readonly answer: string }
  | { readonly kind: 'in_flight'; readonly retryAfterMs: number }
  | { readonly kind: 'mismatch' };

/** Stores the final answers of requests by user, route and key for 24 hours. */
export interface IdempotencyStore<Transaction> {
  /** Gives the claim to exactly one of several concurrent identical requests, on any number of replicas. */
  claim(request: KeyedRequest): Promise<ClaimOutcome<Transaction>>;
}

/** Derives the idempotency keys of a request's calls to other services, so that a repetition gets their stored answers. */
export interface DownstreamKeys {
  /**
   * Returns the idempotency key for a call to another service with this body, or undefined if the client sent no key. The
   * key stays the same when the client repeats the request.
   */
  downstreamKey(body: string): string | undefined;
  /** Makes repetitions of the request use new downstream keys, because an answer to a current key is unusable. */
  discardDownstreamAnswers(): void;
}
