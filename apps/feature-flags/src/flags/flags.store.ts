import { type AuditFact, type ListPage, mapPage, type PageRequest } from '@valuecanvas/contracts-core';
import type {
  Flag,
  FlagSnapshot,
  FlagVersion,
  Prerequisite,
  RolloutRule,
  Targeting,
  Variant,
} from '@valuecanvas/contracts-feature-flags';
import { versionOf } from '@valuecanvas/live-snapshot';
import { acrossUsers, listOrder, recordAudit, selectPage } from '@valuecanvas/postgres';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Database, FeatureFlagsTable, FeatureFlagVersionsTable } from '../db.ts';
import { type FlagSettings, settingsOf } from './flag-settings.ts';
import { type Prerequisites, typeOfVariant } from './rule-faults.ts';

export type FlagsStore = ReturnType<typeof createFlagsStore>;

const columns = [
  'key',
  'name',
  'description',
  'enabled',
  'rollout_percentage',
  'targeting',
  'variants',
  'rules',
  'prerequisites',
  'default_variant',
  'bucket_by',
  'version',
  'created_at',
  'updated_at',
] as const;

const ruleColumns = [
  'key',
  'enabled',
  'rollout_percentage',
  'targeting',
  'variants',
  'rules',
  'prerequisites',
  'default_variant',
  'bucket_by',
  'salt',
  'version',
] as const;

const byVersion = listOrder('desc', { version: 'integer' });
const byKey = listOrder('asc', { key: 'text' });

/**
 * Flags in PostgreSQL. They belong to no user, so queries need no user claims. Each change commits together with its audit
 * record.
 */
export function createFlagsStore(db: Kysely<Database>) {
  return {
    /** Returns the evaluation rules of all flags, ordered by key. */
    snapshot(): Promise<FlagSnapshot> {
      return acrossUsers(db, async (transaction) => {
        const rows = await transaction
          .selectFrom('feature_flags')
          .select(ruleColumns)
          .orderBy('key')
          .execute();
        const flags = rows.map(({ key, enabled, salt, version, ...settings }) => ({
          key,
          enabled,
          ...evaluatedSettings(settings),
          salt,
          version,
        }));
        return { version: versionOf(flags), flags };
      });
    },

    list(page: PageRequest): Promise<ListPage<Flag>> {
      return acrossUsers(db, async (transaction) => {
        const flags = transaction.selectFrom('feature_flags').select(columns);
        return mapPage(await selectPage(flags, byKey, page), toFlag);
      });
    },

    find(key: string): Promise<Flag | undefined> {
      return acrossUsers(db, async (transaction) => {
        const query = transaction.selectFrom('feature_flags').select(columns).where('key', '=', key);
        const row = await query.executeTakeFirst();
        return row && toFlag(row);
      });
    },

    /** Returns the prerequisites of all flags. */
    prerequisites(): Promise<Prerequisites> {
      return acrossUsers(db, async (transaction) => {
        const rows = await transaction.selectFrom('feature_flags').select(['key', 'prerequisites']).execute();
        return new Map(rows.map(({ key, prerequisites }) => [key, prerequisites as Prerequisite[]]));
      });
    },

    /** Returns undefined if the key exists. */
    insert(
      key: string,
      settings: FlagSettings,
      factOf: (created: Flag) => AuditFact,
    ): Promise<Flag | undefined> {
      return acrossUsers(db, async (transaction) => {
        const row = await transaction
          .insertInto('feature_flags')
          .values({ key, ...toColumns(settings) })
          .onConflict((conflict) => conflict.doNothing())
          .returning(columns)
          .executeTakeFirst();
        if (!row) return undefined;
        const flag = toFlag(row);
        await keepVersions(transaction, flag);
        await recordAudit(transaction, factOf(flag));
        return flag;
      });
    },

    /** Locks the flag while `change` computes its new settings. Returns undefined if the flag does not exist. */
    update(
      key: string,
      change: (current: Flag) => FlagSettings,
      factOf: (before: Flag, after: Flag) => AuditFact,
    ): Promise<Flag | undefined> {
      return acrossUsers(db, async (transaction) => {
        const query = transaction.selectFrom('feature_flags').select(columns).where('key', '=', key);
        const locked = await query.forUpdate().executeTakeFirst();
        if (!locked) return undefined;
        const current = toFlag(locked);
        const row = await transaction
          .updateTable('feature_flags')
          .set(({ eb }) => ({
            ...toColumns(change(current)),
            version: eb('version', '+', 1),
            updated_at: sql<Date>`now()`,
          }))
          .where('key', '=', key)
          .returning(columns)
          .executeTakeFirstOrThrow();
        const flag = toFlag(row);
        await keepVersions(transaction, current, flag);
        await recordAudit(transaction, factOf(current, flag));
        return flag;
      });
    },

    versions(key: string, page: PageRequest): Promise<ListPage<FlagVersion>> {
      return acrossUsers(db, async (transaction) => {
        const versions = transaction
          .selectFrom('vc_private.feature_flag_versions')
          .select(['version', 'settings', 'changed_at'])
          .where('flag_key', '=', key);
        return mapPage(await selectPage(versions, byVersion, page), toVersion);
      });
    },

    /** Returns undefined if the version does not exist. */
    version(key: string, version: number): Promise<FlagSettings | undefined> {
      return acrossUsers(db, async (transaction) => {
        const row = await transaction
          .selectFrom('vc_private.feature_flag_versions')
          .select('settings')
          .where('flag_key', '=', key)
          .where('version', '=', version)
          .executeTakeFirst();
        return row && (row.settings as FlagSettings);
      });
    },

    /** Returns false if the flag does not exist. */
    remove(key: string, factOf: (removed: Flag) => AuditFact): Promise<boolean> {
      return acrossUsers(db, async (transaction) => {
        const row = await transaction
          .deleteFrom('feature_flags')
          .where('key', '=', key)
          .returning(columns)
          .executeTakeFirst();
        if (!row) return false;
        await recordAudit(transaction, factOf(toFlag(row)));
        return true;
      });
    },
  };
}

/** Keeps versions that are not kept yet. The one before a change may stem from a release that kept none. */
async function keepVersions(transaction: Kysely<Database>, ...flags: readonly Flag[]): Promise<void> {
  await transaction
    .insertInto('vc_private.feature_flag_versions')
    .values(
      flags.map((flag) => ({
        flag_key: flag.key,
        version: flag.version,
        settings: JSON.stringify(settingsOf(flag)),
        changed_at: flag.updatedAt,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

type VersionRow = Pick<Selectable<FeatureFlagVersionsTable>, 'version' | 'settings' | 'changed_at'>;

function toVersion({ version, settings, changed_at }: VersionRow): FlagVersion {
  return { version, settings: settings as FlagSettings, changedAt: changed_at.toISOString() };
}

function toColumns(settings: FlagSettings) {
  const { name, description, enabled, rolloutPercentage, targeting, variants } = settings;
  return {
    name,
    description,
    enabled,
    rollout_percentage: rolloutPercentage,
    targeting: JSON.stringify(targeting),
    variants: variants ? JSON.stringify(variants) : null,
    rules: JSON.stringify(settings.rules),
    prerequisites: JSON.stringify(settings.prerequisites),
    default_variant: settings.defaultVariant ?? null,
    bucket_by: settings.bucketBy ?? null,
  };
}

type FlagRow = Selectable<FeatureFlagsTable>;

function toFlag(row: Pick<FlagRow, (typeof columns)[number]>): Flag {
  const variants = row.variants as Variant[] | null;
  return {
    key: row.key,
    name: row.name,
    description: row.description,
    enabled: row.enabled,
    type: variants?.[0] ? typeOfVariant(variants[0]) : 'boolean',
    ...evaluatedSettings(row),
    version: row.version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

type EvaluatedColumn =
  | 'rollout_percentage'
  | 'targeting'
  | 'variants'
  | 'rules'
  | 'prerequisites'
  | 'default_variant'
  | 'bucket_by';

/** Settings that decide who gets what. */
function evaluatedSettings(row: Pick<FlagRow, EvaluatedColumn>) {
  return {
    rolloutPercentage: Number(row.rollout_percentage),
    targeting: row.targeting as Targeting,
    ...(row.variants === null ? {} : { variants: row.variants as Variant[] }),
    rules: row.rules as RolloutRule[],
    prerequisites: row.prerequisites as Prerequisite[],
    ...(row.default_variant === null ? {} : { defaultVariant: row.default_variant }),
    ...(row.bucket_by === null ? {} : { bucketBy: row.bucket_by }),
  };
}
