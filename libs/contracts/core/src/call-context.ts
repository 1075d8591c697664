import type { Principal, UserPrincipal } from './principal.ts';

/**
 * Context that travels with a request from service to service. A service passes the context of the request that it
 * serves to every client, so that identity, deadline and request id are passed on.
 */
export interface CallContext {
  readonly requestId: string;
  readonly principal: Principal;
  /** Id of the operation with which the request entered the platform. Spending is recorded under it. */
  readonly operation: string;
  /** The job on whose behalf the call is made, if any. */
  readonly jobId?: string | undefined;
  /**
   * True if the work must not be done again: the call is answered with what its idempotency key, or the keys of the calls that
   * it causes, have stored. Without a stored answer it fails with NOT_FOUND and spends nothing.
   */
  readonly storedAnswerOnly?: boolean | undefined;
  /** Aborts when the caller has disconnected or the deadline has passed. */
  readonly signal: AbortSignal;
  /** Returns the milliseconds until the deadline, never less than 0. */
  remainingMs(): number;
}

/** Call on behalf of a user. */
export type UserCall = CallContext & { readonly principal: UserPrincipal };
