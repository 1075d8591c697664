import { AppError, elevatedPermissions, type UserPrincipal } from '@valuecanvas/contracts-core';
import type { Roles } from './roles.ts';

/**
 * Throws FORBIDDEN if the role holds an elevated permission that the caller does not hold. So a caller with `users:write`
 * can neither gain permissions nor act on accounts that have more of them. `action` completes "You cannot … <role>".
 */
export function assertOutranks(
  { permissions }: UserPrincipal,
  role: string,
  roles: Roles,
  action: string,
): void {
  const missing = elevatedPermissions(roles.permissionsOf(role)).filter(
    (permission) => !permissions.includes(permission),
  );
  if (missing.length === 0) return;
  throw new AppError('FORBIDDEN', {
    message: `You cannot ${action} ${role}: it holds ${missing.join(', ')}, which you do not hold.`,
  });
}
