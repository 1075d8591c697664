import type { UserPrincipal } from '@valuecanvas/contracts-core';
import { type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { accessTokenAudience } from './access-token-issuer.ts';
import { type AuthKeys, accessTokenAlgorithm } from './auth-keys.ts';
import { platformMetadataOf } from './platform-metadata.ts';

/** Knows a kind of bearer token, and whom it stands for. */
export interface TokenVerifier {
  /** The cached result, without waiting; undefined says nothing about validity. */
  known(token: string): UserPrincipal | undefined;
  /** Undefined for anything but a good token. */
  verify(token: string): Promise<UserPrincipal | undefined>;
}

/** Milliseconds for which a verified token is believed without another look, within its own lifetime. */
const believedMs = 30_000;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Accepts access tokens of the local auth: the algorithm is pinned, the key chosen by its id among our own. */
export function createTokenVerifier(options: {
  readonly keys: AuthKeys;
  readonly issuer: string;
  readonly now: () => number;
}): TokenVerifier {
  const { now } = options;
  const verified = new LRUCache<string, { principal: UserPrincipal; until: number }>({ max: 20_000 });

  const check = async (token: string): Promise<{ principal: UserPrincipal; until: number } | undefined> => {
    const { payload } = await jwtVerify(token, keyFor(options.keys), {
      algorithms: [accessTokenAlgorithm],
      issuer: options.issuer,
      audience: accessTokenAudience,
      requiredClaims: ['sub', 'exp', 'iat'],
      currentDate: new Date(now()),
    });
    const principal = principalOf(payload);
    return principal && { principal, until: Math.min(now() + believedMs, (payload.exp ?? 0) * 1000) };
  };

  return {
    known(token) {
      const entry = verified.get(token);
      if (!entry || entry.until > now()) return entry?.principal;
      verified.delete(token);
      return undefined;
    },
    async verify(token) {
      const entry = await check(token).catch(() => undefined);
      if (entry) verified.set(token, entry);
      return entry?.principal;
    },
  };
}

function keyFor(keys: AuthKeys) {
  return ({ kid }: { kid?: string }) => {
    const key = kid === undefined ? undefined : keys.verifying.get(kid);
    if (!key) throw new Error('The token is signed with a key that is not ours.');
    return key;
  };
}

function principalOf({ sub, app_metadata, session_id }: JWTPayload): UserPrincipal | undefined {
  if (!sub || !uuid.test(sub)) return undefined;
  return {
    kind: 'user',
    userId: sub,
    ...platformMetadataOf(app_metadata),
    ...(typeof session_id === 'string' ? { sessionId: session_id } : {}),
  };
}
