import { createHash } from 'node:crypto';
import { AppError, type UserPrincipal } from '@valuecanvas/contracts-core';
import { singleFlight } from '@valuecanvas/resilience';
import { errors, type JWSHeaderParameters, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Roles } from '../roles/roles.ts';
import { accessTokenAudience } from './access-token-issuer.ts';
import type { EndedSessions } from './ended-sessions.ts';
import { platformMetadataOf } from './platform-metadata.ts';
import type { ShownToken } from './session-verdict.ts';
import type { TrustedTokens, VerifyingKey } from './trusted-tokens.ts';

/** Knows a kind of bearer token, and whom it stands for. */
export interface TokenVerifier {
  /** The cached result, without waiting; undefined says nothing about validity. */
  known(token: string): UserPrincipal | undefined;
  /** Undefined for anything but a good token; throws DEPENDENCY_UNAVAILABLE where that cannot be found out. */
  verify(token: string): Promise<UserPrincipal | undefined>;
}

/** Milliseconds for which a verified token is believed without another look, within its own lifetime. */
const believedMs = 30_000;

/** Milliseconds for which a bad token is refused without another look. */
const refusedMs = 30_000;

/** Tokens of either kind that are remembered; beyond it, those that were not seen for longest are forgotten. */
const maxRemembered = 20_000;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface Verified {
  readonly principal: UserPrincipal;
  readonly shown: ShownToken;
  readonly until: number;
  /** What had been ended when the token was looked at. */
  version: number;
}

/** Accepts access tokens of the one that is trusted while their sessions last. */
export function createTokenVerifier(options: {
  readonly trusted: TrustedTokens;
  readonly ended: Pick<EndedSessions, 'version' | 'isTouched' | 'isEnded'>;
  readonly roles: Roles;
  readonly now: () => number;
}): TokenVerifier {
  const { trusted, ended, roles, now } = options;
  const verified = new LRUCache<string, Verified>({ max: maxRemembered });
  const refused = new LRUCache<string, number>({ max: maxRemembered });

  const check = async (token: string): Promise<Verified | undefined> => {
    const version = ended.version();
    const { payload } = await jwtVerify<JWTPayload>(token, (header) => keyFor(trusted, header), {
      algorithms: [...trusted.algorithms],
      issuer: trusted.issuer,
      audience: accessTokenAudience,
      requiredClaims: ['sub', 'exp', 'iat'],
      currentDate: new Date(now()),
    });
    const { exp = 0, iat = 0 } = payload;
    const principal = exp - iat <= trusted.longestSeconds ? principalOf(payload, roles) : undefined;
    if (!principal) return undefined;
    const shown = shownTokenOf(token, principal, iat);
    if (await ended.isEnded(shown)) return undefined;
    return { principal, shown, version, until: Math.min(now() + believedMs, exp * 1_000) };
  };

  const verify = singleFlight(async (token: string): Promise<UserPrincipal | undefined> => {
    const hash = hashOf(token);
    if ((refused.get(hash) ?? 0) > now()) return undefined;
    try {
      const entry = await check(token);
      if (entry) verified.set(token, entry);
      else refused.set(hash, now() + refusedMs);
      return entry?.principal;
    } catch (error) {
      if (error instanceof AppError) throw error;
      // A key that is not known, or a time that has not come, may do a moment later.
      if (isFinal(error)) refused.set(hash, now() + refusedMs);
      return undefined;
    }
  });

  return {
    known(token) {
      const entry = verified.get(token);
      if (!entry) return undefined;
      if (entry.until > now() && isUntouched(entry, ended)) return entry.principal;
      verified.delete(token);
      return undefined;
    },
    verify,
  };
}

async function keyFor(trusted: TrustedTokens, header: JWSHeaderParameters): Promise<VerifyingKey> {
  const key = await trusted.keyFor(header);
  if (!key) throw new Error('The token is signed with a key that is not known.');
  return key;
}

/** False where the same token may be good later. */
function isFinal(error: unknown): boolean {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf')
  );
}

/** Most requests find that nothing was ended since; the others look once. */
function isUntouched(entry: Verified, ended: Pick<EndedSessions, 'version' | 'isTouched'>): boolean {
  const version = ended.version();
  if (entry.version === version) return true;
  if (ended.isTouched(entry.shown)) return false;
  entry.version = version;
  return true;
}

/** Bad tokens are not worth keeping, only knowing again. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

function shownTokenOf(token: string, { userId, sessionId }: UserPrincipal, iat: number): ShownToken {
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
