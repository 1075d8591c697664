import type { AuditFact, ListPage, PageRequest } from '@valuecanvas/contracts-core';
import { defaultEnvironment, productionLabel } from '@valuecanvas/contracts-prompt-registry';
import { acrossUsers, type BeforeCommit, listOrder, recordAudit, selectPage } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../db.ts';
import { insertEmbeds } from '../embeds/embeds.store.ts';
import { type PromptEvent, recordPromptEvent } from '../events/record-prompt-event.ts';
import type { NewVersion } from './new-version.ts';
import { type PromptRow, type VersionRow, versionColumns } from './version-row.ts';

export type VersionsStore = ReturnType<typeof createVersionsStore>;

/** Ids are UUIDv7, so their order is that of creation. */
const newestFirst = listOrder('desc', { id: 'uuid' });

const byKey = listOrder('asc', { prompt_key: 'text' });

/**
 * Versions of all prompts in PostgreSQL. They belong to no user, so queries need no user claims. Each change commits
 * together with its audit record.
 */
export function createVersionsStore(db: Kysely<Database>) {
  return {
    list(
      { promptKey, withDrafts }: { readonly promptKey: string | undefined; readonly withDrafts: boolean },
      page: PageRequest,
    ): Promise<ListPage<VersionRow>> {
      return acrossUsers(db, (transaction) => {
        const versions = transaction
          .selectFrom('prompt_versions')
          .select(versionColumns)
          .$if(promptKey !== undefined, (query) => query.where('prompt_key', '=', promptKey ?? ''))
          .$if(!withDrafts, (query) => query.where('status', '<>', 'draft'));
        return selectPage(versions, newestFirst, page);
      });
    },

    /** Returns a page of the prompts, ordered by key. */
    listPrompts(page: PageRequest): Promise<ListPage<PromptRow>> {
      return acrossUsers(db, (transaction) => {
        const prompts = transaction
          .selectFrom('prompt_versions')
          .groupBy('prompt_key')
          .select([
            'prompt_key',
            sql<number>`count(*)::int`.as('versions'),
            sql<number>`max(version)`.as('latest'),
            sql<Date>`max(created_at)`.as('updated_at'),
            sql<string | null>`(max(id::text) filter (where status = 'active'))::uuid`.as('active_id'),
            sql<number | null>`max(version) filter (where status = 'active')`.as('active'),
            sql<Date | null>`max(activated_at) filter (where status = 'active')`.as('activated_at'),
          ]);
        return selectPage(transaction.selectFrom(prompts.as('prompts')).selectAll(), byKey, page);
      });
    },

    /** Returns the active versions, ordered by key. */
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

    /** Returns the labels other than that of the active versions, with the version of each. */
    async allLabelled(): Promise<readonly LabelledRow[]> {
      return acrossUsers(db, (transaction) =>
        labelledVersions(transaction)
          .where((where) =>
            where.not(
              where.and([
                where('label.environment', '=', defaultEnvironment),
                where('label.label', '=', productionLabel),
              ]),
            ),
          )
          .orderBy('label.prompt_key')
          .orderBy('label.environment')
          .orderBy('label.label')
          .execute(),
      );
    },

    findLabelled(
      promptKey: string,
      label: string,
      environment: string = defaultEnvironment,
    ): Promise<VersionRow | undefined> {
      return acrossUsers(db, (transaction) =>
        labelledVersions(transaction)
          .where('label.prompt_key', '=', promptKey)
          .where('label.environment', '=', environment)
          .where('label.label', '=', label)
          .executeTakeFirst(),
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

    /**
     * Stores a draft under the prompt's next number, runs `beforeCommit` in the same transaction and returns its result.
     * Concurrent inserts of one prompt wait for each other. Returns undefined if an insert without the lock took the number,
     * which happens while an older release is still running.
     */
    async insertNext<T>(
      draft: NewVersion,
      factOf: (created: VersionRow) => AuditFact,
      beforeCommit: BeforeCommit<VersionRow, T>,
    ): Promise<T | undefined> {
      const next = sql<number>`(select coalesce(max(version), 0) + 1 from prompt_versions
        where prompt_key = ${draft.promptKey})`;
      try {
        return await acrossUsers(db, async (transaction) => {
          const lock = `prompt_versions of ${draft.promptKey}`;
          await sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`.execute(transaction);
          const row = await transaction
            .insertInto('prompt_versions')
            .values({
              id: uuidv7(),
              prompt_key: draft.promptKey,
              version: next,
              template: draft.template,
              messages: draft.messages === undefined ? null : JSON.stringify(draft.messages),
              variables: JSON.stringify(draft.variables),
              metadata: JSON.stringify(draft.metadata),
              status: 'draft',
              created_by: draft.createdBy,
            })
            .returning(versionColumns)
            .executeTakeFirstOrThrow();
          await insertEmbeds(transaction, row.id, draft.embeds);
          await recordAudit(transaction, factOf(row));
          await recordPromptEvent(transaction, creationOf(row, draft.createdBy));
          return beforeCommit(transaction, row);
        });
      } catch (error) {
        if (isNumberTaken(error)) return undefined;
        throw error;
      }
    },
  };
}

function creationOf(row: VersionRow, createdBy: string): PromptEvent {
  const { prompt_key: promptKey, version } = row;
  return {
    kind: 'prompt.version-created',
    title: `Version ${version} of ${promptKey} was created`,
    message: `The prompt ${promptKey} has the new version ${version}, a draft.`,
    details: { promptKey, version, versionId: row.id, createdBy },
    at: row.created_at,
  };
}

/** A version with one of its labels. */
export interface LabelledRow extends VersionRow {
  readonly environment: string;
  readonly label: string;
}

function labelledVersions(db: Kysely<Database>) {
  return db
    .selectFrom('vc_private.prompt_labels as label')
    .innerJoin('prompt_versions as labelled', (join) =>
      join
        .onRef('labelled.prompt_key', '=', 'label.prompt_key')
        .onRef('labelled.version', '=', 'label.version'),
    )
    .select(versionColumns.map((column) => `labelled.${column}` as const))
    .select(['label.environment', 'label.label']);
}

/** Returns true if an insert failed because a concurrent one took the same version number of the prompt. */
function isNumberTaken(error: unknown): boolean {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  return code === '23505' && constraint === 'prompt_versions_prompt_key_version_key';
}
