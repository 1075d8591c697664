import type { Scope } from './principal.ts';
import type { ServiceName } from './services.ts';

/** Who may call a route. A route without one of these does not start. */
export type RouteAuth =
  | { readonly kind: 'anyone'; readonly isStatus?: true }
  | { readonly kind: 'user'; readonly scope?: Scope }
  | { readonly kind: 'admin' }
  | { readonly kind: 'service'; readonly callers: readonly ServiceName[] };

/** No credentials needed; where some are sent, the principal is known all the same. */
export const anyone = { kind: 'anyone' } as const satisfies RouteAuth;

/** Aggregate figures that anyone may see, unless the edge was told that nobody may without credentials. */
export const publicStatus = { kind: 'anyone', isStatus: true } as const satisfies RouteAuth;

/** A signed-in user. API keys are refused unless the route names the scope that lets them in. */
export const user = { kind: 'user' } as const satisfies RouteAuth;

export function userWithScope<const S extends Scope>(scope: S): { readonly kind: 'user'; readonly scope: S } {
  return { kind: 'user', scope };
}

/** A signed-in user whose role is admin. */
export const admin = { kind: 'admin' } as const satisfies RouteAuth;

/** One of the named services, acting for itself. Such a route is never reachable through the gateway. */
export function services(...callers: readonly ServiceName[]): {
  readonly kind: 'service';
  readonly callers: readonly ServiceName[];
} {
  return { kind: 'service', callers };
}
