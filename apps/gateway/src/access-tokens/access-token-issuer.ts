import { SignJWT } from 'jose';
import { type AuthKeys, accessTokenAlgorithm } from './auth-keys.ts';
import { accessTokenAudience } from './token-verifier.ts';

/** Lifetime of an access token. */
export const accessTokenSeconds = 3_600;

/** Returns the issuer of local access tokens: local auth at the gateway's public address. */
export function issuerAt(publicUrl: string): string {
  return `${new URL(publicUrl).origin}/auth/v1`;
}

/** The claims of an access token about a user and its session. */
export interface AccessTokenSubject {
  readonly userId: string;
  readonly email: string;
  readonly appMetadata: Readonly<Record<string, unknown>>;
  readonly userMetadata: Readonly<Record<string, unknown>>;
  readonly sessionId: string;
  /** Time at which the user logged in with a password. */
  readonly authenticatedAt: Date;
}

export interface AccessToken {
  readonly token: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

/** Signs access tokens with the claims of Supabase Auth. */
export type AccessTokenIssuer = (subject: AccessTokenSubject) => Promise<AccessToken>;

export function createAccessTokenIssuer(options: {
  readonly keys: AuthKeys;
  readonly issuer: string;
  readonly now: () => number;
}): AccessTokenIssuer {
  const { kid, key } = options.keys.signing;
  return async (subject) => {
    const issuedAt = Math.floor(options.now() / 1000);
    const expiresAt = issuedAt + accessTokenSeconds;
    const token = await new SignJWT(claimsOf(subject))
      .setProtectedHeader({ alg: accessTokenAlgorithm, kid, typ: 'JWT' })
      .setIssuer(options.issuer)
      .setSubject(subject.userId)
      .setAudience(accessTokenAudience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(key);
    return { token, expiresAt };
  };
}

function claimsOf({ email, appMetadata, userMetadata, sessionId, authenticatedAt }: AccessTokenSubject) {
  return {
    email,
    phone: '',
    app_metadata: appMetadata,
    user_metadata: userMetadata,
    role: 'authenticated',
    aal: 'aal1',
    amr: [{ method: 'password', timestamp: Math.floor(authenticatedAt.getTime() / 1000) }],
    session_id: sessionId,
    is_anonymous: false,
  };
}
