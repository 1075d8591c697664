import type { Principal, UserPrincipal } from './principal.ts';

/**
 * What travels with a request from hop to hop. A service passes the context of the request that it
 * serves to every client it calls, so that identity, deadline and request id arrive there as well.
 */
export interface CallContext {
  readonly requestId: string;
  readonly principal: Principal;
  /** Id of the operation at which the platform was entered: spending is booked under it. */
  readonly operation: string;
  /** The job on whose behalf the call is made, if any. */
  readonly jobId?: string | undefined;
  /** Aborts when the caller has gone away or the deadline has passed. */
  readonly signal: AbortSignal;
  /** Milliseconds left until the deadline; never negative. */
  remainingMs(): number;
}

/** A call on behalf of a user. */
export type UserCall = CallContext & { readonly principal: UserPrincipal };
