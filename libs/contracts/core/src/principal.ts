import type { Permission, Role } from './permissions.ts';
import type { ServiceName } from './services.ts';

export const tiers = ['free', 'basic', 'pro', 'enterprise'] as const;
export type Tier = (typeof tiers)[number];

export interface UserPrincipal {
  readonly kind: 'user';
  readonly userId: string;
  readonly tier: Tier;
  readonly role: Role;
  /** Effective permissions: those of the role. For an API key, only its scopes that the role still has. */
  readonly permissions: readonly Permission[];
  /** Absent for API keys and jobs. */
  readonly sessionId?: string;
  /** Present for API keys only. Routes for users without a permission reject API keys. */
  readonly apiKeyId?: string;
}

/** Service that acts as itself and not for a user, for example to fetch a snapshot. */
export interface ServicePrincipal {
  readonly kind: 'service';
  readonly service: ServiceName;
}

export interface AnonymousPrincipal {
  readonly kind: 'anonymous';
}

/** Principal of a request, as verified by the gateway or a calling service. */
export type Principal = UserPrincipal | ServicePrincipal | AnonymousPrincipal;

export const anonymous: AnonymousPrincipal = { kind: 'anonymous' };
