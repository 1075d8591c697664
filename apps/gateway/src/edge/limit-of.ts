import { anonymous, type Principal, type RouteDefinition, type Tier } from '@valuecanvas/contracts-core';
import { updateAuthUser } from '@valuecanvas/contracts-gateway';
import type { FastifyRequest } from 'fastify';
import { addressKey } from './address-key.ts';

/** The limits of the edge, as violations name them. */
type Rule = 'requests_per_minute' | 'credentials_per_minute';

/** Which limit holds for a request, and whom it counts. */
export interface Limit {
  readonly rule: Rule;
  readonly max: number;
  /** Names whom it counts, apart from those of other rules. */
  readonly key: string;
  /** Present where it counts a user. */
  readonly userId?: string;
  readonly tier?: Tier;
  /** Present where it counts an address. */
  readonly address?: string | undefined;
}

/** How much each limit allows in its window. */
export interface Allowed {
  readonly perMinute: number;
  readonly credentialsPerMinute: number;
}

/**
 * A user counts whatever it asks, from wherever; whoever is none counts by address. Guessing passwords and making
 * accounts is limited by address, whoever asks, and more tightly.
 */
export function limitOf(
  request: FastifyRequest,
  { perMinute, credentialsPerMinute }: Allowed,
  principal: Principal = anonymous,
): Limit {
  const { operation, takesCredentials = takesCredentialsItself(operation) } = request.routeConfig;
  if (takesCredentials) {
    return {
      rule: 'credentials_per_minute',
      max: credentialsPerMinute,
      ...byAddress('credentials', request),
    };
  }
  if (principal.kind === 'user') {
    const { userId, tier } = principal;
    return { rule: 'requests_per_minute', max: perMinute, key: `user:${userId}`, userId, tier };
  }
  return { rule: 'requests_per_minute', max: perMinute, ...byAddress('address', request) };
}

/** All those count together whose address a proxy does not know. */
function byAddress(kind: string, { ip }: FastifyRequest): Pick<Limit, 'key' | 'address'> {
  const address = addressKey(ip);
  return { key: `${kind}:${address ?? 'unknown'}`, address };
}

/**
 * What anyone may post to the gateway itself gives credentials, or makes an account; a new password is compared with the
 * old one, which is as costly, and as good a guess.
 */
function takesCredentialsItself(operation: RouteDefinition | undefined): boolean {
  return operation === updateAuthUser || (operation?.method === 'POST' && operation.auth.kind === 'anyone');
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether what is sent to a path that is forwarded may be a guess at credentials; an operation says so itself. */
    takesCredentials?: boolean;
  }
}
