/** A token with a valid signature, and the claims that identify its session. */
export interface PresentedToken {
  readonly token: string;
  readonly userId: string;
  /** Absent in tokens without a session: only the revocation of all sessions of the user revokes them. */
  readonly sessionId?: string;
  /** Milliseconds since the epoch, with the one-second resolution of the `iat` claim. */
  readonly issuedAt: number;
}

/** The revocation of one session, or of all sessions that a user had at a given time, optionally except one. */
export type Revocation =
  | { readonly sessionId: string }
  | { readonly userId: string; readonly at: number; readonly exceptSession: string | undefined };

/** The known revocations that concern a token's session or its user. */
export interface KnownRevocations {
  readonly session: boolean;
  /** Times at which all sessions of the user were revoked, keyed by the exempt session or `everySession`. */
  readonly ofUser: ReadonlyMap<string, number>;
}

/** Key of a revocation without an exempt session. No session has this id. */
export const everySession = '*';

export const noRevocations: KnownRevocations = { session: false, ofUser: new Map() };

/** Largest assumed clock difference between the token issuer and the process that revokes a session. */
const skewMs = 5_000;

/** Resolution of the `iat` claim. */
const secondMs = 1_000;

/** Returns `unsure` if the token was issued too close to a revocation of all sessions to tell which came first. */
export function verdictOf(
  token: PresentedToken,
  ...known: readonly KnownRevocations[]
): 'live' | 'revoked' | 'unsure' {
  if (known.some(({ session }) => session)) return 'revoked';
  const ends = known
    .flatMap(({ ofUser }) => [...ofUser])
    .filter(([except]) => except !== token.sessionId)
    .map(([, at]) => at);
  if (ends.length === 0) return 'live';
  const end = Math.max(...ends);
  if (token.issuedAt + secondMs + skewMs < end) return 'revoked';
  return token.issuedAt - skewMs > end ? 'live' : 'unsure';
}
