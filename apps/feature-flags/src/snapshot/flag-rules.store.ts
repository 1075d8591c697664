import type { FlagRule, Targeting, Variant } from '@valuecanvas/contracts-feature-flags';
import { acrossUsers } from '@valuecanvas/postgres';
import type { Kysely } from 'kysely';
import type { Database } from '../db.ts';

export type FlagRulesStore = ReturnType<typeof createFlagRulesStore>;

const columns = ['key', 'enabled', 'rollout_percentage', 'targeting', 'variants', 'salt', 'version'] as const;

/** Evaluation rules of the flags in PostgreSQL. */
export function createFlagRulesStore(db: Kysely<Database>) {
  return {
    /** Returns the rules of all flags, ordered by key. */
    all(): Promise<FlagRule[]> {
      return acrossUsers(db, async (transaction) => {
        const rows = await transaction.selectFrom('feature_flags').select(columns).orderBy('key').execute();
        return rows.map(({ rollout_percentage, targeting, variants, ...rule }) => ({
          ...rule,
          rolloutPercentage: Number(rollout_percentage),
          targeting: targeting as Targeting,
          ...(variants === null ? {} : { variants: variants as Variant[] }),
        }));
      });
    },
  };
}
