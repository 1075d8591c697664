import type { Selectable } from 'kysely';
import type { UsersTable } from '../db.ts';

/** The columns of a user that appear in tokens and responses. */
export const userColumns = [
  'id',
  'aud',
  'role',
  'email',
  'email_confirmed_at',
  'last_sign_in_at',
  'raw_app_meta_data',
  'raw_user_meta_data',
  'created_at',
  'updated_at',
] as const;

export type UserRow = Pick<Selectable<UsersTable>, (typeof userColumns)[number]>;
