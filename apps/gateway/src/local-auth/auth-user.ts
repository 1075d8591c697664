import type { AuthUser } from '@valuecanvas/contracts-gateway';
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

/** Converts a user to the format of Supabase Auth. */
export function toAuthUser(row: UserRow): AuthUser {
  const confirmedAt = row.email_confirmed_at?.toISOString();
  const lastSignInAt = row.last_sign_in_at?.toISOString();
  return {
    id: row.id,
    aud: row.aud ?? 'authenticated',
    role: row.role ?? 'authenticated',
    email: row.email ?? '',
    phone: '',
    ...(confirmedAt === undefined ? {} : { email_confirmed_at: confirmedAt, confirmed_at: confirmedAt }),
    ...(lastSignInAt === undefined ? {} : { last_sign_in_at: lastSignInAt }),
    app_metadata: metadataOf(row.raw_app_meta_data),
    user_metadata: metadataOf(row.raw_user_meta_data),
    identities: [identityOf(row)],
    created_at: (row.created_at ?? new Date(0)).toISOString(),
    updated_at: (row.updated_at ?? row.created_at ?? new Date(0)).toISOString(),
    is_anonymous: false,
  };
}

/** The e-mail identity, the only one of a local account. */
function identityOf(row: UserRow) {
  const email = row.email ?? '';
  return {
    identity_id: row.id,
    id: row.id,
    user_id: row.id,
    provider: 'email',
    identity_data: { sub: row.id, email, email_verified: row.email_confirmed_at !== null },
    email,
    created_at: row.created_at?.toISOString(),
    updated_at: row.updated_at?.toISOString(),
    last_sign_in_at: row.last_sign_in_at?.toISOString(),
  };
}

/** Returns a copy of a metadata column, or an empty object if it holds none. */
export function metadataOf(column: unknown): Record<string, unknown> {
  return typeof column === 'object' && column !== null ? { ...column } : {};
}
