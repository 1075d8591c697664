import { createHash } from 'node:crypto';
import { AppError, type UserPrincipal } from '@valuecanvas/contracts-core';
import { singleFlight } from '@valuecanvas/resilience';
import { type CryptoKey, errors, type JWSHeaderParameters, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { platformMetadataOf, type Roles } from '../roles/roles.ts';
import type { PresentedToken, RevocationList } from './revocation-list.ts';

/** Verifies one kind of bearer token and resolves its principal. */
export interface TokenVerifier {
  /** Returns the cached principal. Undefined means that the token is not cached, not that it is invalid. */
  known(token: string): UserPrincipal | undefined;
  /** Returns undefined for an invalid token. Throws DEPENDENCY_UNAVAILABLE if the token cannot be verified now. */
  verify(token: string): Promise<UserPrincipal | undefined>;
}

/** The audience of a signed-in user's tokens, as Supabase Auth names it. */
export const accessTokenAudience = 'authenticated';

export type VerifyingKey = CryptoKey | Uint8Array;

/** The trusted issuer of access tokens, with its algorithms and keys. */
export interface TrustedTokens {
  readonly issuer: string;
  /** No other algorithm is accepted, whatever the header of a token claims. */
  readonly algorithms: readonly string[];
  /** Tokens with a longer lifetime are refused: they could outlive the revocation of their session in Redis. */
  readonly maxLifetimeSeconds: number;
  /**
   * Returns the verification key for a token of one of the algorithms, or undefined if there is none. Throws
   * DEPENDENCY_UNAVAILABLE if the keys cannot be loaded.
   */
  keyFor(header: JWSHeaderParameters): VerifyingKey | undefined | Promise<VerifyingKey | undefined>;
}

/** A verified token is cached for this long, within its own lifetime. */
const cacheTtlMs = 30_000;

/** An invalid token is refused from the cache for this long. */
const refusalTtlMs = 30_000;

/** Largest number of cached tokens, valid and invalid each. The least recently used are evicted. */
const maxRemembered = 20_000;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface Verified {
  readonly principal: UserPrincipal;
  readonly presented: PresentedToken;
  readonly until: number;
  /** Version of the revocations at the last check of the token. */
  version: number;
}

/** Accepts access tokens of the trusted issuer whose sessions are not revoked. */
export function createTokenVerifier(options: {
  readonly trusted: TrustedTokens;
  readonly revocations: Pick<RevocationList, 'version' | 'mayBeRevoked' | 'isRevoked'>;
  readonly roles: Roles;
  readonly now: () => number;
}): TokenVerifier {
  const { trusted, revocations, roles, now } = options;
  const verified = new LRUCache<string, Verified>({ max: maxRemembered });
  const refused = new LRUCache<string, number>({ max: maxRemembered });

  const check = async (token: string): Promise<Verified | undefined> => {
    const version = revocations.version();
    const { payload } = await jwtVerify<JWTPayload>(token, (header) => keyFor(trusted, header), {
      algorithms: [...trusted.algorithms],
      issuer: trusted.issuer,
      audience: accessTokenAudience,
      requiredClaims: ['sub', 'exp', 'iat'],
      currentDate: new Date(now()),
    });
    const { exp = 0, iat = 0 } = payload;
    const principal = exp - iat <= trusted.maxLifetimeSeconds ? principalOf(payload, roles) : undefined;
    if (!principal) return undefined;
    const presented = presentedTokenOf(token, principal, iat);
    if (await revocations.isRevoked(presented)) return undefined;
    return { principal, presented, version, until: Math.min(now() + cacheTtlMs, exp * 1_000) };
  };

  const verify = singleFlight(async (token: string): Promise<UserPrincipal | undefined> => {
    const hash = hashOf(token);
    if ((refused.get(hash) ?? 0) > now()) return undefined;
    try {
      const entry = await check(token);
      if (entry) verified.set(token, entry);
      else refused.set(hash, now() + refusalTtlMs);
      return entry?.principal;
    } catch (error) {
      if (error instanceof AppError) throw error;
      // A token with an unknown key or a future `nbf` may become valid, so its failure is not cached.
      if (isFinal(error)) refused.set(hash, now() + refusalTtlMs);
      return undefined;
    }
  });

  return {
    known(token) {
      const entry = verified.get(token);
      if (!entry) return undefined;
      if (entry.until > now() && isCurrent(entry, revocations)) return entry.principal;
      verified.delete(token);
      return undefined;
    },
    verify,
  };
}

async function keyFor(trusted: TrustedTokens, header: JWSHeaderParameters): Promise<VerifyingKey> {
  const key = await trusted.keyFor(header);
  if (!key) throw new Error('The token is signed with an unknown key.');
  return key;
}

/** Returns false if the same token may become valid later. */
function isFinal(error: unknown): boolean {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf')
  );
}

/** Compares versions first, so that a token is checked against the revocations once per version. */
function isCurrent(entry: Verified, revocations: Pick<RevocationList, 'version' | 'mayBeRevoked'>): boolean {
  const version = revocations.version();
  if (entry.version === version) return true;
  if (revocations.mayBeRevoked(entry.presented)) return false;
  entry.version = version;
  return true;
}

/** Hashes invalid tokens, so that the cache does not store them. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

function presentedTokenOf(token: string, { userId, sessionId }: UserPrincipal, iat: number): PresentedToken {
  return { token, userId, issuedAt: iat * 1_000, ...(sessionId === undefined ? {} : { sessionId }) };
}

function principalOf({ sub, app_metadata, session_id }: JWTPayload, roles: Roles): UserPrincipal | undefined {
  if (!sub || !uuid.test(sub)) return undefined;
  const metadata = platformMetadataOf(app_metadata, roles);
  return {
    kind: 'user',
    userId: sub,
    ...metadata,
    permissions: roles.permissionsOf(metadata.role),
    ...(typeof session_id === 'string' ? { sessionId: session_id } : {}),
  };
}
