import { AppError, type Principal, type RouteAuth } from '@valuecanvas/contracts-core';

/** Throws UNAUTHENTICATED or FORBIDDEN unless the principal may call a route that declares `auth`. */
export function authorize(auth: RouteAuth, principal: Principal): void {
  if (auth.kind === 'anyone') return;
  if (auth.kind === 'service') {
    if (principal.kind === 'service' && auth.callers.includes(principal.service)) return;
    throw new AppError('FORBIDDEN');
  }
  if (principal.kind === 'anonymous') throw new AppError('UNAUTHENTICATED');
  if (principal.kind !== 'user') throw new AppError('FORBIDDEN');
  if (auth.kind === 'user') {
    if (principal.apiKeyId === undefined) return;
    throw new AppError('FORBIDDEN', { message: 'API keys cannot call this operation. Sign in as a user.' });
  }
  if (principal.permissions.includes(auth.permission)) return;
  throw new AppError('FORBIDDEN', {
    message: `This operation requires the permission ${auth.permission}, which ${
      principal.apiKeyId === undefined ? 'your role does' : 'this API key or the role of its user does'
    } not hold.`,
  });
}
