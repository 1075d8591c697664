import type { ServiceName } from './services.ts';

export const tiers = ['free', 'basic', 'pro', 'enterprise'] as const;
export type Tier = (typeof tiers)[number];

export const roles = ['user', 'admin'] as const;
export type Role = (typeof roles)[number];

/** What an API key may be allowed to do. A user's own token has every scope. */
export const scopes = ['llm', 'flags:evaluate'] as const;
export type Scope = (typeof scopes)[number];

export interface UserPrincipal {
  readonly kind: 'user';
  readonly userId: string;
  readonly tier: Tier;
  readonly role: Role;
  /** Absent for API keys and jobs. */
  readonly sessionId?: string;
  /** Present for API keys only: everything else is refused. */
  readonly scopes?: readonly Scope[];
}

/** A service that acts for itself, not for a user (fetching a snapshot, say). */
export interface ServicePrincipal {
  readonly kind: 'service';
  readonly service: ServiceName;
}

export interface AnonymousPrincipal {
  readonly kind: 'anonymous';
}

/** Who a request acts for, as the gateway (or a calling service) has vouched. */
export type Principal = UserPrincipal | ServicePrincipal | AnonymousPrincipal;

export const anonymous: AnonymousPrincipal = { kind: 'anonymous' };
