// Generated from supabase/migrations: change a migration, then run `npm run db:types`.
import type { ColumnType } from 'kysely';

/** Tables of the role vc_feature_flags. The types of columns follow its grants to read, insert and update. */
export interface Database {
  feature_flag_evaluations: FeatureFlagEvaluationsTable;
  feature_flags: FeatureFlagsTable;
  'vc_private.feature_flag_versions': FeatureFlagVersionsTable;
}

export interface FeatureFlagEvaluationsTable {
  id: ColumnType<string, string, never>;
  flag_key: ColumnType<string, string, never>;
  user_id: ColumnType<string | null, string | null | undefined, never>;
  enabled: ColumnType<boolean, boolean, never>;
  variant: ColumnType<string | null, string | null | undefined, never>;
  reason: ColumnType<string, string, never>;
  flag_version: ColumnType<number, number, never>;
  created_at: ColumnType<Date, Date | string | undefined, never>;
}

export interface FeatureFlagsTable {
  key: string;
  name: string;
  description: ColumnType<string, string | undefined, string>;
  enabled: ColumnType<boolean, boolean | undefined, boolean>;
  rollout_percentage: ColumnType<string, number | string | undefined, number | string>;
  targeting: ColumnType<unknown, string | undefined, string>;
  variants: ColumnType<unknown, string | null | undefined, string | null>;
  salt: ColumnType<string, string | undefined, string>;
  version: ColumnType<number, number | undefined, number>;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>;
  rules: ColumnType<unknown, string | undefined, string>;
  default_variant: ColumnType<string | null, string | null | undefined, string | null>;
  bucket_by: ColumnType<string | null, string | null | undefined, string | null>;
  prerequisites: ColumnType<unknown, string | undefined, string>;
}

export interface FeatureFlagVersionsTable {
  flag_key: ColumnType<string, string, never>;
  version: ColumnType<number, number, never>;
  settings: ColumnType<unknown, string, never>;
  changed_at: ColumnType<Date, Date | string | undefined, never>;
}
