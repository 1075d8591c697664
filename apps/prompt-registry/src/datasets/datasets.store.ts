import type { AuditFact, ListPage, PageRequest } from '@valuecanvas/contracts-core';
import { acrossUsers, type BeforeCommit, listOrder, recordAudit, selectPage } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../db.ts';
import type { CaseRow, DatasetRow } from './dataset-row.ts';
import type { NewDataset } from './new-dataset.ts';

export type DatasetsStore = ReturnType<typeof createDatasetsStore>;

const byName = listOrder('asc', { name: 'text' });
const newestFirst = listOrder('desc', { version: 'integer' });
const byPosition = listOrder('asc', { position: 'integer' });

/** Versions of datasets in PostgreSQL. They are immutable. */
export function createDatasetsStore(db: Kysely<Database>) {
  return {
    /**
     * Stores the next version, unless the latest one has the same content. Concurrent calls for one dataset wait for each other.
     * Runs `beforeCommit` in the same transaction and returns its result.
     */
    insertNext<T>(
      dataset: NewDataset & { readonly createdBy: string },
      factOf: (created: DatasetRow) => AuditFact,
      beforeCommit: BeforeCommit<{ readonly row: DatasetRow; readonly isNew: boolean }, T>,
    ): Promise<T> {
      return acrossUsers(db, async (transaction) => {
        const lock = `prompt_datasets of ${dataset.name}`;
        await sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`.execute(transaction);
        const latest = await findDataset(transaction, dataset.name);
        if (latest?.content_hash === dataset.contentHash)
          return beforeCommit(transaction, { row: latest, isNew: false });
        const row = await insertVersion(transaction, dataset, (latest?.version ?? 0) + 1);
        await recordAudit(transaction, factOf(row));
        return beforeCommit(transaction, { row, isNew: true });
      });
    },

    find(name: string, version?: number): Promise<DatasetRow | undefined> {
      return acrossUsers(db, (transaction) => findDataset(transaction, name, version));
    },

    /** Returns the latest version of each dataset. */
    list(page: PageRequest): Promise<ListPage<DatasetRow>> {
      return acrossUsers(db, (transaction) => {
        const latest = transaction
          .selectFrom('vc_private.prompt_datasets as dataset')
          .selectAll()
          .where(({ not, exists, selectFrom }) =>
            not(
              exists(
                selectFrom('vc_private.prompt_datasets as later')
                  .select('later.id')
                  .whereRef('later.name', '=', 'dataset.name')
                  .whereRef('later.version', '>', 'dataset.version'),
              ),
            ),
          );
        return selectPage(latest, byName, page);
      });
    },

    versions(name: string, page: PageRequest): Promise<ListPage<DatasetRow>> {
      return acrossUsers(db, (transaction) => {
        const versions = transaction
          .selectFrom('vc_private.prompt_datasets')
          .selectAll()
          .where('name', '=', name);
        return selectPage(versions, newestFirst, page);
      });
    },

    cases(datasetId: string, page: PageRequest): Promise<ListPage<CaseRow>> {
      return acrossUsers(db, (transaction) => {
        const cases = transaction
          .selectFrom('vc_private.prompt_dataset_cases')
          .selectAll()
          .where('dataset_id', '=', datasetId);
        return selectPage(cases, byPosition, page);
      });
    },
  };
}

/** Finds a version of a dataset, by default the latest one. */
export function findDataset(
  transaction: Kysely<Database>,
  name: string,
  version?: number,
): Promise<DatasetRow | undefined> {
  return transaction
    .selectFrom('vc_private.prompt_datasets')
    .selectAll()
    .where('name', '=', name)
    .$if(version !== undefined, (query) => query.where('version', '=', version ?? 0))
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
}

async function insertVersion(
  transaction: Kysely<Database>,
  { name, description, graders, cases, contentHash, createdBy }: NewDataset & { readonly createdBy: string },
  version: number,
): Promise<DatasetRow> {
  const row = await transaction
    .insertInto('vc_private.prompt_datasets')
    .values({
      id: uuidv7(),
      name,
      version,
      content_hash: contentHash,
      description,
      graders: JSON.stringify(graders),
      case_count: cases.length,
      created_by: createdBy,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await sql`
    insert into vc_private.prompt_dataset_cases (dataset_id, position, content)
    select ${row.id}, position, content
    from jsonb_array_elements(${JSON.stringify(cases)}::jsonb) with ordinality as given (content, position)
  `.execute(transaction);
  return row;
}
