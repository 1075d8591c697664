import { AppError, type AuditFacts } from '@valuecanvas/contracts-core';
import type { createPasswordResetLink, gatewayContract } from '@valuecanvas/contracts-gateway';
import { type Handler, type HandlersOf, respond } from '@valuecanvas/service-kit';
import type { PasswordRecovery } from '../auth-backend/password-recovery.ts';
import { assertOutranks } from '../roles/assert-outranks.ts';
import { platformMetadataOf, type Roles } from '../roles/roles.ts';

/** New passwords for users who do not know theirs: by a link in a mail, or by a link that an operator makes. */
export function composePasswordReset(parts: {
  readonly recovery: PasswordRecovery;
  readonly roles: Roles;
  readonly factOf: AuditFacts;
}) {
  const { recovery } = parts;
  return {
    routes: {
      requestPasswordReset: ({ body }) => recovery.request(body.email),
      resetPassword: ({ body }) => recovery.reset(body.token, body.password),
      createPasswordResetLink: createLinkHandler(parts),
    } satisfies Partial<HandlersOf<typeof gatewayContract>>,
  };
}

function createLinkHandler({
  recovery,
  roles,
  factOf,
}: Parameters<typeof composePasswordReset>[0]): Handler<typeof createPasswordResetLink> {
  return async (call) => {
    const { id } = call.params;
    const created = await recovery.createLink({
      user: { id },
      by: call.principal,
      check: ({ appMetadata }) =>
        assertOutranks(
          call.principal,
          platformMetadataOf(appMetadata, roles).role,
          roles,
          'set the password of a user with the role',
        ),
      factOf: (change) => factOf(call, change),
      beforeCommit: (tx, link) => call.keep(tx, respond(201, link, { 'cache-control': 'no-store' })),
    });
    if (!created) throw new AppError('NOT_FOUND', { message: `There is no user ${id}.` });
    return created;
  };
}
