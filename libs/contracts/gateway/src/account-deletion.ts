import { defineRoute, empty, field, permission, strictObject, user } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

const consequences =
  'Deletes canvases with their history and links, API keys, sessions, jobs with their results, and comments on results, at once and for good. The ledger keeps the costs with the ID of the user.';

export const DeleteAccountRequest = strictObject(
  {
    email: Type.String({
      format: 'email',
      maxLength: 255,
      description: 'E-mail address of the account, which confirms what is deleted.',
    }),
    password: Type.String({ minLength: 1, maxLength: 256, description: 'Password of the account.' }),
  },
  { title: 'DeleteAccountRequest', description: 'Credentials of the account.' },
);
export type DeleteAccountRequest = Static<typeof DeleteAccountRequest>;

export const deleteAccount = defineRoute({
  id: 'account.delete',
  method: 'DELETE',
  path: '/api/user',
  summary: 'Delete your account',
  description: `${consequences} Fails with UNPROCESSABLE if the address or the password is wrong. API keys cannot do this.`,
  auth: user,
  body: DeleteAccountRequest,
  example: { email: 'leaving@example.com', password: 'a-long-password' },
  status: 204,
  reply: empty,
  errors: ['UNPROCESSABLE', 'NOT_FOUND', 'DEPENDENCY_UNAVAILABLE', 'OVERLOADED'],
});

export const deleteUser = defineRoute({
  id: 'admin.deleteUser',
  method: 'DELETE',
  path: '/api/admin/users/:id',
  summary: 'Delete a user',
  description: `${consequences} Fails with FORBIDDEN if the role of the user holds a permission that the caller does not hold. Recorded in the audit log.`,
  auth: permission('users:write'),
  params: Type.Object({ id: field.uuid('ID of the user.') }),
  status: 204,
  reply: empty,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
