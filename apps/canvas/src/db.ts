// Generated from supabase/migrations: change a migration, then run `npm run db:types`.
import type { ColumnType } from 'kysely';

/** Tables of the role vc_canvas. The types of columns follow its grants to read, insert and update. */
export interface Database {
  canvas_revisions: CanvasRevisionsTable;
  canvases: CanvasesTable;
  'vc_private.canvas_checks': CanvasChecksTable;
  'vc_private.canvas_dismissals': CanvasDismissalsTable;
  'vc_private.canvas_reservations': CanvasReservationsTable;
  'vc_private.canvas_shares': CanvasSharesTable;
  'vc_private.idempotency_keys': IdempotencyKeysTable;
}

export interface CanvasRevisionsTable {
  canvas_id: ColumnType<string, string, never>;
  revision: ColumnType<number, number, never>;
  user_id: ColumnType<string, string, never>;
  source: ColumnType<
    'generate' | 'edit' | 'apply' | 'restore' | 'create' | 'import',
    'generate' | 'edit' | 'apply' | 'restore' | 'create' | 'import',
    never
  >;
  changed: ColumnType<string[], string[] | undefined, never>;
  business_description: ColumnType<string, string, never>;
  industry: ColumnType<string | null, string | null | undefined, never>;
  target_market: ColumnType<string | null, string | null | undefined, never>;
  blocks: ColumnType<unknown, string, never>;
  created_at: ColumnType<Date, Date | string | undefined, never>;
  title: ColumnType<string | null, string | null | undefined, never>;
}

export interface CanvasesTable {
  id: string;
  user_id: string;
  business_description: string;
  industry: ColumnType<string | null, string | null | undefined, string | null>;
  target_market: ColumnType<string | null, string | null | undefined, string | null>;
  blocks: ColumnType<unknown, string, string>;
  revision: number;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>;
  title: ColumnType<string | null, string | null | undefined, string | null>;
  deleted_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  variant_of: ColumnType<string | null, string | null | undefined, string | null>;
  variant_kind: ColumnType<string | null, string | null | undefined, string | null>;
}

export interface CanvasChecksTable {
  canvas_id: string;
  revision: number;
  user_id: string;
  findings: ColumnType<unknown, string, string>;
  is_complete: boolean;
  checked_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

export interface CanvasDismissalsTable {
  canvas_id: string;
  finding_id: string;
  user_id: string;
  reason: string;
  dismissed_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

export interface CanvasReservationsTable {
  canvas_id: string;
  user_id: string;
  request_key: ColumnType<string | null, string | null | undefined, string | null>;
  filler: Buffer;
  reserved_at: ColumnType<Date, Date | string | undefined, Date | string>;
  stored_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
}

export interface CanvasSharesTable {
  id: ColumnType<string, string, never>;
  canvas_id: ColumnType<string, string, never>;
  user_id: ColumnType<string, string, never>;
  token_hash: ColumnType<Buffer, Buffer, never>;
  created_at: ColumnType<Date, Date | string | undefined, never>;
  expires_at: ColumnType<Date | null, Date | string | null | undefined, never>;
  last_opened_at: ColumnType<Date | null, Date | string | null | undefined, never>;
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
