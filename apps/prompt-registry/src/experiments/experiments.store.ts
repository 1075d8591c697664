import type { AuditFact, ListPage, PageRequest } from '@valuecanvas/contracts-core';
import { productionLabel } from '@valuecanvas/contracts-prompt-registry';
import { acrossUsers, type BeforeCommit, listOrder, recordAudit, selectPage } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { findRunningTrial } from '../canaries/canaries.store.ts';
import type { Database } from '../db.ts';
import type { LabelRow } from '../labels/label-row.ts';
import { lockLabel } from '../labels/labels.store.ts';
import { readSums, type StepSums } from '../trials/trial-sums.store.ts';
import type { ExperimentRow } from './experiment-row.ts';
import type { NewExperiment } from './new-experiment.ts';

/** Ids are UUIDv7, so their order is that of creation. */
const newestFirst = listOrder('desc', { id: 'uuid' });

export type ExperimentsStore = ReturnType<typeof createExperimentsStore>;

/** Part of the state that decides if an experiment may start. */
export interface StartState {
  readonly experiment: ExperimentRow;
  /** The label `production` of its environment. */
  readonly label: LabelRow | undefined;
  /** Name of the experiment or canary that runs for the prompt and environment. */
  readonly running: string | undefined;
}

/**
 * Experiments in PostgreSQL. Each change commits together with its audit record. `check` functions decide on the locked state,
 * and throw to refuse the change.
 */
export function createExperimentsStore(db: Kysely<Database>) {
  return {
    list(
      filter: { readonly promptKey?: string; readonly status?: ExperimentRow['status'] },
      page: PageRequest,
    ): Promise<ListPage<ExperimentRow>> {
      const { promptKey, status } = filter;
      return acrossUsers(db, (transaction) => {
        const experiments = transaction
          .selectFrom('ab_tests')
          .selectAll()
          .$if(promptKey !== undefined, (query) => query.where('prompt_key', '=', promptKey ?? ''))
          .$if(status !== undefined, (query) => query.where('status', '=', status ?? 'draft'));
        return selectPage(experiments, newestFirst, page);
      });
    },

    find(id: string): Promise<ExperimentRow | undefined> {
      return acrossUsers(db, (transaction) => findExperiment(transaction, id).executeTakeFirst());
    },

    /** Returns an experiment with its sums. */
    findWithSums(id: string): Promise<{ readonly row: ExperimentRow; readonly sums: StepSums } | undefined> {
      return acrossUsers(db, async (transaction) => {
        const row = await findExperiment(transaction, id).executeTakeFirst();
        return row && { row, sums: await readSums(transaction, id) };
      });
    },

    insert<T>(
      draft: NewExperiment,
      factOf: (created: ExperimentRow) => AuditFact,
      beforeCommit: BeforeCommit<ExperimentRow, T>,
    ): Promise<T> {
      return acrossUsers(db, async (transaction) => {
        const row = await transaction
          .insertInto('ab_tests')
          .values({
            id: uuidv7(),
            name: draft.name,
            prompt_key: draft.promptKey,
            environment: draft.environment,
            status: 'draft',
            arms: JSON.stringify(draft.arms),
            coverage: draft.coverage,
            metric: draft.metric,
            metrics: JSON.stringify(draft.metrics),
            relevant_difference: draft.relevantDifference,
            expected_sample: draft.expectedSample,
            bounds: JSON.stringify(draft.bounds),
            created_by: draft.createdBy,
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        await recordAudit(transaction, factOf(row));
        return beforeCommit(transaction, row);
      });
    },

    /** Returns undefined if the experiment does not exist. */
    start(
      id: string,
      start: { readonly startedBy: string; readonly bounds: Readonly<Record<string, number>> },
      check: (state: StartState) => void,
      factOf: (started: ExperimentRow) => AuditFact,
    ): Promise<ExperimentRow | undefined> {
      return acrossUsers(db, async (transaction) => {
        const experiment = await findExperiment(transaction, id).forUpdate().executeTakeFirst();
        if (!experiment) return undefined;
        const { prompt_key: promptKey, environment } = experiment;
        const label = await lockLabel(transaction, { promptKey, environment, label: productionLabel });
        check({ experiment, label, running: await findRunningTrial(transaction, promptKey, environment) });
        const started = await transaction
          .updateTable('ab_tests')
          .set({
            status: 'running',
            bounds: JSON.stringify(start.bounds),
            label_version: label?.version ?? null,
            started_by: start.startedBy,
            started_at: sql<Date>`clock_timestamp()`,
          })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        await recordAudit(transaction, factOf(started));
        return started;
      });
    },

    /** Ends an experiment and runs `move` in the same transaction. Returns undefined if the experiment does not exist. */
    complete(
      id: string,
      completion: { readonly winner: string | null; readonly completedBy: string },
      check: (experiment: ExperimentRow) => void,
      move: (transaction: Kysely<Database>) => Promise<unknown>,
      factOf: (before: ExperimentRow, completed: ExperimentRow) => AuditFact,
    ): Promise<ExperimentRow | undefined> {
      return acrossUsers(db, async (transaction) => {
        const experiment = await findExperiment(transaction, id).forUpdate().executeTakeFirst();
        if (!experiment) return undefined;
        check(experiment);
        await move(transaction);
        const completed = await transaction
          .updateTable('ab_tests')
          .set({
            status: 'completed',
            winner: completion.winner,
            completed_by: completion.completedBy,
            completed_at: sql<Date>`clock_timestamp()`,
          })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        await recordAudit(transaction, factOf(experiment, completed));
        return completed;
      });
    },
  };
}

function findExperiment(transaction: Kysely<Database>, id: string) {
  return transaction.selectFrom('ab_tests').selectAll().where('id', '=', id);
}
