import type { Permission, Role } from './permissions.ts';
import type { ServiceName } from './services.ts';

export const tiers = ['free', 'basic', 'pro', 'enterprise'] as const;
export type Tier = (typeof tiers)[number];

export interface UserPrincipal {
  readonly kind: 'user';
  readonly userId: string;
  readonly tier: Tier;
  readonly role: Role;
  /** The permissions in force: those of the role; for an API key, those of its scopes that the role still holds. */
  readonly permissions: readonly Permission[];
  /** Absent for API keys and jobs. */
  readonly sessionId?: string;
  /** Present for API keys only, which are refused by routes that require no permission. */
  readonly apiKeyId?: string;
}

/** A service that acts for itself and not for a user, as when it fetches a snapshot. */
export interface ServicePrincipal {
  readonly kind: 'service';
  readonly service: ServiceName;
}

export interface AnonymousPrincipal {
  readonly kind: 'anonymous';
}

/** The principal that a request acts for, as the gateway or a calling service has verified it. */
export type Principal = UserPrincipal | ServicePrincipal | AnonymousPrincipal;

export const anonymous: AnonymousPrincipal = { kind: 'anonymous' };
