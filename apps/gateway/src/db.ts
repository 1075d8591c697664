// Generated from supabase/migrations: change a migration, then run `npm run db:types`.
import type { ColumnType } from 'kysely';

/** Tables of the role vc_gateway. The types of columns follow its grants to read, insert and update. */
export interface Database {
  'auth.users': UsersTable;
  'vc_private.account_deletions': AccountDeletionsTable;
  'vc_private.api_keys': ApiKeysTable;
  'vc_private.audit_log': AuditLogTable;
  'vc_private.auth_refresh_tokens': AuthRefreshTokensTable;
  'vc_private.auth_sessions': AuthSessionsTable;
  'vc_private.browser_sessions': BrowserSessionsTable;
  'vc_private.idempotency_keys': IdempotencyKeysTable;
  'vc_private.password_resets': PasswordResetsTable;
}

export interface UsersTable {
  id: string;
  instance_id: ColumnType<string | null, string | null | undefined, string | null>;
  aud: ColumnType<string | null, string | null | undefined, string | null>;
  role: ColumnType<string | null, string | null | undefined, string | null>;
  email: ColumnType<string | null, string | null | undefined, string | null>;
  encrypted_password: ColumnType<string | null, string | null | undefined, string | null>;
  email_confirmed_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  last_sign_in_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  raw_app_meta_data: ColumnType<unknown, string | null | undefined, string | null>;
  raw_user_meta_data: ColumnType<unknown, string | null | undefined, string | null>;
  created_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  updated_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  phone: ColumnType<string | null, string | null | undefined, string | null>;
  banned_until: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  deleted_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  is_anonymous: ColumnType<boolean, boolean | undefined, boolean>;
}

export interface AccountDeletionsTable {
  user_id: ColumnType<string, never, never>;
  requested_at: ColumnType<Date, never, never>;
  revoked_at: ColumnType<Date | null, never, Date | string | null>;
  completed_at: ColumnType<Date | null, never, Date | string | null>;
}

export interface ApiKeysTable {
  id: ColumnType<string, string, never>;
  user_id: ColumnType<string, string, never>;
  name: ColumnType<string, string, never>;
  prefix: ColumnType<string, string, never>;
  key_hash: ColumnType<Buffer, Buffer, never>;
  scopes: ColumnType<string[], string[], never>;
  created_at: ColumnType<Date, Date | string | undefined, never>;
  expires_at: ColumnType<Date | null, Date | string | null | undefined, never>;
  last_used_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  revoked_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
}

export interface AuditLogTable {
  id: ColumnType<string, string, never>;
  at: ColumnType<Date, Date | string | undefined, never>;
  actor_id: ColumnType<string | null, string | null | undefined, never>;
  actor: ColumnType<string, string, never>;
  action: ColumnType<string, string, never>;
  subject: ColumnType<string, string, never>;
  before: ColumnType<unknown, string | null | undefined, never>;
  after: ColumnType<unknown, string | null | undefined, never>;
  request_id: ColumnType<string | null, string | null | undefined, never>;
  actor_role: ColumnType<string | null, string | null | undefined, never>;
  session_id: ColumnType<string | null, string | null | undefined, never>;
  api_key_id: ColumnType<string | null, string | null | undefined, never>;
  target_kind: ColumnType<string | null, string | null | undefined, never>;
  reason: ColumnType<string | null, string | null | undefined, never>;
}

export interface AuthRefreshTokensTable {
  id: ColumnType<bigint, never, never>;
  token_hash: Buffer;
  session_id: string;
  parent_id: ColumnType<bigint | null, bigint | null | undefined, bigint | null>;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  used_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  revoked_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  sealed_token: ColumnType<Buffer | null, Buffer | null | undefined, Buffer | null>;
}

export interface AuthSessionsTable {
  id: string;
  user_id: string;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  refreshed_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  ended_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  user_agent: ColumnType<string | null, string | null | undefined, string | null>;
}

export interface BrowserSessionsTable {
  cookie_hash: Buffer;
  user_id: string;
  sealed_tokens: Buffer;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  expires_at: ColumnType<Date, Date | string, Date | string>;
}

export interface IdempotencyKeysTable {
  owner: ColumnType<string, string | undefined, string>;
  user_id: string;
  operation: string;
  key_hash: Buffer;
  request_hash: Buffer;
  claim_id: string;
  attempt: ColumnType<number, number | undefined, number>;
  leased_until: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  answer: ColumnType<Buffer | null, Buffer | null | undefined, Buffer | null>;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  expires_at: ColumnType<Date, Date | string, Date | string>;
}

export interface PasswordResetsTable {
  token_hash: ColumnType<Buffer, Buffer, never>;
  user_id: ColumnType<string, string, never>;
  is_mailed: ColumnType<boolean, boolean, never>;
  created_at: ColumnType<Date, Date | string, never>;
  expires_at: ColumnType<Date, Date | string, never>;
  used_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
}
