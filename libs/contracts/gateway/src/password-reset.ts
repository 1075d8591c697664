import {
  anyone,
  data,
  defineRoute,
  empty,
  field,
  permission,
  strictObject,
} from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

export const requestPasswordReset = defineRoute({
  id: 'session.requestPasswordReset',
  method: 'POST',
  path: '/auth/session/recover',
  summary: 'Send a link that sets a new password',
  description:
    'Sends a mail with a link to the account with this address, if there is one. The response and its time are the same for every address. An account gets at most 5 mails within an hour. Fails with UNPROCESSABLE if the platform sends no mail, as `passwordResetByMail` of GET /api/site tells.',
  auth: anyone,
  body: strictObject(
    { email: Type.String({ format: 'email', maxLength: 255, description: 'E-mail address.' }) },
    { title: 'PasswordResetRequest', description: 'Address of the account.' },
  ),
  example: { email: 'demo@valuecanvas.local' },
  status: 202,
  reply: empty,
  errors: ['UNPROCESSABLE', 'DEPENDENCY_UNAVAILABLE'],
});

export const resetPassword = defineRoute({
  id: 'session.resetPassword',
  method: 'POST',
  path: '/auth/session/reset',
  summary: 'Set a new password with a link',
  description:
    'Sets the password and ends all sessions of the user. API keys keep working. Fails with UNPROCESSABLE if the link is invalid, was used before or is older than an hour.',
  auth: anyone,
  body: strictObject(
    {
      token: Type.String({
        minLength: 20,
        maxLength: 8_192,
        pattern: '^[A-Za-z0-9._-]+$',
        description: 'Token of the link: its fragment, or the access token in it with Supabase.',
      }),
      password: Type.String({ minLength: 8, maxLength: 256, description: 'New password.' }),
    },
    { title: 'NewPasswordRequest', description: 'Token of the link, and the new password.' },
  ),
  example: { token: 'nRvyRrEWKM3CdtOEr6Ysf4T0hMOZRzyS5EjLoOYHAl8', password: 'a-long-password' },
  status: 204,
  reply: empty,
  errors: ['UNPROCESSABLE', 'DEPENDENCY_UNAVAILABLE', 'OVERLOADED'],
});

export const PasswordResetLink = Type.Object(
  {
    url: Type.String({ description: 'Link to the page that sets a new password. It works once.' }),
    expiresAt: field.timestamp('Time until which the link works.'),
  },
  { title: 'PasswordResetLink', description: 'A link that sets a new password.' },
);
export type PasswordResetLink = Static<typeof PasswordResetLink>;

export const createPasswordResetLink = defineRoute({
  id: 'admin.createPasswordResetLink',
  method: 'POST',
  path: '/api/admin/users/:id/password-reset',
  summary: 'Make a link that sets a new password for a user',
  description:
    'For users who cannot get the link by mail. Pass it on over a channel that only the user reads. Fails with FORBIDDEN if the role of the user holds a permission that the caller does not hold, and with UNPROCESSABLE if Supabase keeps the accounts. Recorded in the audit log, without the link.',
  auth: permission('users:write'),
  params: Type.Object({ id: field.uuid('ID of the user.') }),
  idempotent: true,
  status: 201,
  reply: data(PasswordResetLink),
  errors: ['NOT_FOUND', 'UNPROCESSABLE', 'DEPENDENCY_UNAVAILABLE'],
});
