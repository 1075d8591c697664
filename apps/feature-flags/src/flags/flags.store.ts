import type { Flag, Targeting, Variant } from '@valuecanvas/contracts-feature-flags';
import { acrossUsers } from '@valuecanvas/postgres';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Database, FeatureFlagsTable } from '../db.ts';
import type { FlagSettings } from './flag-settings.ts';

export type FlagsStore = ReturnType<typeof createFlagsStore>;

const columns = [
  'key',
  'name',
  'description',
  'enabled',
  'rollout_percentage',
  'targeting',
  'variants',
  'version',
  'created_at',
  'updated_at',
] as const;

/** Flags in PostgreSQL. They belong to no user, so queries need no user claims. */
export function createFlagsStore(db: Kysely<Database>) {
  return {
    /** Returns flags ordered by key, starting after the key `after`. */
    list(after: string | undefined, limit: number): Promise<Flag[]> {
      return acrossUsers(db, async (transaction) => {
        const page = transaction.selectFrom('feature_flags').select(columns).orderBy('key').limit(limit);
        const rows = await (after === undefined ? page : page.where('key', '>', after)).execute();
        return rows.map(toFlag);
      });
    },

    find(key: string): Promise<Flag | undefined> {
      return acrossUsers(db, async (transaction) => {
        const query = transaction.selectFrom('feature_flags').select(columns).where('key', '=', key);
        const row = await query.executeTakeFirst();
        return row && toFlag(row);
      });
    },

    /** Returns undefined if the key exists. */
    insert(key: string, settings: FlagSettings): Promise<Flag | undefined> {
      return acrossUsers(db, async (transaction) => {
        const row = await transaction
          .insertInto('feature_flags')
          .values({ key, ...toColumns(settings) })
          .onConflict((conflict) => conflict.doNothing())
          .returning(columns)
          .executeTakeFirst();
        return row && toFlag(row);
      });
    },

    /** Locks the flag while `change` computes its new settings. Returns undefined if the flag does not exist. */
    update(key: string, change: (current: Flag) => FlagSettings): Promise<Flag | undefined> {
      return acrossUsers(db, async (transaction) => {
        const query = transaction.selectFrom('feature_flags').select(columns).where('key', '=', key);
        const current = await query.forUpdate().executeTakeFirst();
        if (!current) return undefined;
        const row = await transaction
          .updateTable('feature_flags')
          .set(({ eb }) => ({
            ...toColumns(change(toFlag(current))),
            version: eb('version', '+', 1),
            updated_at: sql<Date>`now()`,
          }))
          .where('key', '=', key)
          .returning(columns)
          .executeTakeFirstOrThrow();
        return toFlag(row);
      });
    },

    /** Returns false if the flag does not exist. */
    remove(key: string): Promise<boolean> {
      return acrossUsers(db, async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('feature_flags')
          .where('key', '=', key)
          .executeTakeFirstOrThrow();
        return numDeletedRows > 0n;
      });
    },
  };
}

function toColumns({ name, description, enabled, rolloutPercentage, targeting, variants }: FlagSettings) {
  return {
    name,
    description,
    enabled,
    rollout_percentage: rolloutPercentage,
    targeting: JSON.stringify(targeting),
    variants: variants ? JSON.stringify(variants) : null,
  };
}

function toFlag(row: Pick<Selectable<FeatureFlagsTable>, (typeof columns)[number]>): Flag {
  return {
    key: row.key,
    name: row.name,
    description: row.description,
    enabled: row.enabled,
    rolloutPercentage: Number(row.rollout_percentage),
    targeting: row.targeting as Targeting,
    ...(row.variants === null ? {} : { variants: row.variants as Variant[] }),
    version: row.version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
