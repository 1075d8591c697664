import { AppError, type Principal, type RouteAuth } from '@valuecanvas/contracts-core';

/** Throws UNAUTHENTICATED or FORBIDDEN unless the principal may call a route that declares `auth`. */
export function authorize(auth: RouteAuth, principal: Principal): void {
  switch (auth.kind) {
    case 'anyone':
      return;
    case 'service':
      if (principal.kind !== 'service' || !auth.callers.includes(principal.service))
        throw new AppError('FORBIDDEN');
      return;
    case 'user':
    case 'admin':
      authorizeUser(auth, principal);
  }
}

function authorizeUser(auth: Extract<RouteAuth, { kind: 'user' | 'admin' }>, principal: Principal): void {
  if (principal.kind === 'anonymous') throw new AppError('UNAUTHENTICATED');
  if (principal.kind !== 'user') throw new AppError('FORBIDDEN');
  if (auth.kind === 'admin' && (principal.role !== 'admin' || principal.scopes))
    throw new AppError('FORBIDDEN');
  const scope = auth.kind === 'user' ? auth.scope : undefined;
  if (principal.scopes && !(scope && principal.scopes.includes(scope))) throw new AppError('FORBIDDEN');
}
