import { acrossUsers } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../db.ts';
import type { NewVersion } from './new-version.ts';
import { isNumberTaken } from './number-taken.ts';
import { type VersionRow, versionColumns } from './version-row.ts';

export type VersionsStore = ReturnType<typeof createVersionsStore>;

/** The versions of all prompts. They belong to no user, so nobody's claims are needed to reach them. */
export function createVersionsStore(db: Kysely<Database>) {
  return {
    /** Newest first, from the one that follows the id `after` on. Ids are UUIDv7: their order is that of creation. */
    page(options: {
      readonly promptKey: string | undefined;
      readonly withDrafts: boolean;
      readonly after: string | undefined;
      readonly limit: number;
    }): Promise<VersionRow[]> {
      const { promptKey, withDrafts, after, limit } = options;
      return acrossUsers(db, (transaction) =>
        transaction
          .selectFrom('prompt_versions')
          .select(versionColumns)
          .$if(promptKey !== undefined, (query) => query.where('prompt_key', '=', promptKey ?? ''))
          .$if(!withDrafts, (query) => query.where('status', '<>', 'draft'))
          .$if(after !== undefined, (query) => query.where('id', '<', after ?? ''))
          .orderBy('id', 'desc')
          .limit(limit)
          .execute(),
      );
    },

    /** The active versions, in the order of their keys. */
    allActive(): Promise<VersionRow[]> {
      return acrossUsers(db, (transaction) =>
        transaction
          .selectFrom('prompt_versions')
          .select(versionColumns)
          .where('status', '=', 'active')
          .orderBy('prompt_key')
          .execute(),
      );
    },

    findActive(promptKey: string): Promise<VersionRow | undefined> {
      return acrossUsers(db, (transaction) =>
        transaction
          .selectFrom('prompt_versions')
          .select(versionColumns)
          .where('prompt_key', '=', promptKey)
          .where('status', '=', 'active')
          .executeTakeFirst(),
      );
    },

    find(promptKey: string, version: number): Promise<VersionRow | undefined> {
      return acrossUsers(db, (transaction) =>
        transaction
          .selectFrom('prompt_versions')
          .select(versionColumns)
          .where('prompt_key', '=', promptKey)
          .where('version', '=', version)
          .executeTakeFirst(),
      );
    },

    /** Stores a draft under the key's next number; undefined where another one took that number meanwhile. */
    async insertNext(draft: NewVersion): Promise<VersionRow | undefined> {
      const next = sql<number>`(select coalesce(max(version), 0) + 1 from prompt_versions
        where prompt_key = ${draft.promptKey})`;
      try {
        return await acrossUsers(db, (transaction) =>
          transaction
            .insertInto('prompt_versions')
            .values({
              id: uuidv7(),
              prompt_key: draft.promptKey,
              version: next,
              template: draft.template,
              variables: JSON.stringify(draft.variables),
              metadata: JSON.stringify(draft.metadata),
              status: 'draft',
              created_by: draft.createdBy,
            })
            .returning(versionColumns)
            .executeTakeFirstOrThrow(),
        );
      } catch (error) {
        if (isNumberTaken(error)) return undefined;
        throw error;
      }
    },

    /** Makes a version the key's only active one; undefined where there is no such version. */
    activate(promptKey: string, version: number): Promise<VersionRow | undefined> {
      return acrossUsers(db, async (transaction) => {
        await lockKey(transaction, promptKey);
        const target = await transaction
          .selectFrom('prompt_versions')
          .select(versionColumns)
          .where('prompt_key', '=', promptKey)
          .where('version', '=', version)
          .executeTakeFirst();
        if (!target || target.status === 'active') return target;
        await transaction
          .updateTable('prompt_versions')
          .set({ status: 'deprecated' })
          .where('prompt_key', '=', promptKey)
          .where('status', '=', 'active')
          .execute();
        return transaction
          .updateTable('prompt_versions')
          .set({ status: 'active', activated_at: sql<Date>`now()` })
          .where('id', '=', target.id)
          .returning(versionColumns)
          .executeTakeFirstOrThrow();
      });
    },
  };
}

/** The first version of a key stands for the key: two activations of one prompt happen one after the other. */
async function lockKey(transaction: Kysely<Database>, promptKey: string): Promise<void> {
  await transaction
    .selectFrom('prompt_versions')
    .select('id')
    .where('prompt_key', '=', promptKey)
    .where('version', '=', 1)
    .forUpdate()
    .execute();
}
