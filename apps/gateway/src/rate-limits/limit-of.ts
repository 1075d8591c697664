import { anonymous, type Principal, type RouteDefinition, type Tier } from '@valuecanvas/contracts-core';
import { updateAuthUser } from '@valuecanvas/contracts-gateway';
import type { FastifyRequest } from 'fastify';
import { addressKey } from './addresses.ts';

/** Names of the rate limits, as recorded with violations. */
type Rule = 'requests_per_minute' | 'credentials_per_minute';

/** The rate limit that applies to a request, and the user or address that it counts. */
export interface Limit {
  readonly rule: Rule;
  readonly max: number;
  /** Key of the counter, unique across rules. */
  readonly key: string;
  /** Present if the limit counts a user. */
  readonly userId?: string;
  readonly tier?: Tier;
  /** Present if the limit counts an address. */
  readonly address?: string | undefined;
}

/** Largest number of requests per window for each limit. */
export interface Allowed {
  readonly perMinute: number;
  readonly credentialsPerMinute: number;
}

/**
 * Selects the rate limit of a request. Users count by user id, regardless of address. Anonymous requests count by
 * address. Requests that submit credentials or create accounts always count by address, with a lower limit.
 */
export function limitOf(
  request: FastifyRequest,
  { perMinute, credentialsPerMinute }: Allowed,
  principal: Principal = anonymous,
): Limit {
  const { operation, acceptsCredentials = isCredentialOperation(operation) } = request.routeConfig;
  if (acceptsCredentials) {
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

/** Requests whose address the proxy does not know share one counter. */
function byAddress(kind: string, { ip }: FastifyRequest): Pick<Limit, 'key' | 'address'> {
  const address = addressKey(ip);
  return { key: `${kind}:${address ?? 'unknown'}`, address };
}

/**
 * Public POST operations of the gateway submit credentials or create accounts. Changing a password counts as well: the
 * new password is compared with the old one, which costs as much as a login and can be used to guess.
 */
function isCredentialOperation(operation: RouteDefinition | undefined): boolean {
  return operation === updateAuthUser || (operation?.method === 'POST' && operation.auth.kind === 'anyone');
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True if requests to a forwarded path may submit credentials. The gateway's own operations derive it. */
    acceptsCredentials?: boolean;
  }
}
