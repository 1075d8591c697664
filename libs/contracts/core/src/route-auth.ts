import type { Permission } from './permissions.ts';
import type { ServiceName } from './services.ts';

/** Authorization that a route requires. A service with a route without one does not start. */
export type RouteAuth =
  | { readonly kind: 'anyone'; readonly isStatus?: true }
  | { readonly kind: 'user' }
  | { readonly kind: 'permission'; readonly permission: Permission }
  | { readonly kind: 'service'; readonly callers: readonly ServiceName[] };

/** No credentials required. The principal is known if the request has valid ones. */
export const anyone = { kind: 'anyone' } as const satisfies RouteAuth;

/** Aggregate figures, open to anyone unless the gateway is configured to require credentials for them. */
export const publicStatus = { kind: 'anyone', isStatus: true } as const satisfies RouteAuth;

/** Signed-in user of any role. API keys are rejected. */
export const user = { kind: 'user' } as const satisfies RouteAuth;

/** User whose role holds the permission, or API key to which such a user granted it. */
export function permission<const P extends Permission>(
  required: P,
): { readonly kind: 'permission'; readonly permission: P } {
  return { kind: 'permission', permission: required };
}

/** One of the named services, acting as itself. The gateway does not forward such a route. */
export function services(...callers: readonly ServiceName[]): {
  readonly kind: 'service';
  readonly callers: readonly ServiceName[];
} {
  return { kind: 'service', callers };
}
