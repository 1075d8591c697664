import type { AuditFact, ListPage, PageRequest } from '@valuecanvas/contracts-core';
import type { CaseChange, DatasetCase, Grader } from '@valuecanvas/contracts-prompt-registry';
import { acrossUsers, type BeforeCommit, listOrder, recordAudit, selectPage } from '@valuecanvas/postgres';
import { type Insertable, type Kysely, sql } from 'kysely';
import type { Database } from '../db.ts';
import type { EvaluationJob, EvaluationRow, ResultRow } from './evaluation-row.ts';

export type EvaluationsStore = ReturnType<typeof createEvaluationsStore>;

/** IDs are UUIDv7, so their order is that of the starts. */
const newestFirst = listOrder('desc', { id: 'uuid' });
const byPosition = listOrder('asc', { position: 'integer' });

/** Filter of a list of runs. */
export interface EvaluationFilter {
  readonly promptKey?: string;
  readonly version?: number;
  readonly dataset?: string;
}

/** A case with everything that its evaluation needs. */
export interface CaseToEvaluate {
  readonly promptKey: string;
  readonly version: number;
  readonly isRunning: boolean;
  readonly hasResult: boolean;
  readonly graders: readonly Grader[];
  readonly content: DatasetCase;
}

export type NewResult = Omit<
  Insertable<Database['vc_private.prompt_evaluation_results']>,
  'evaluation_id' | 'position' | 'created_at'
>;

/** Runs and their results in PostgreSQL. A run commits together with its job and its audit record. */
export function createEvaluationsStore(db: Kysely<Database>) {
  return {
    start<T>(
      run: Pick<EvaluationRow, 'id' | 'prompt_key' | 'version' | 'dataset_id' | 'concurrency' | 'created_by'>,
      traceContext: Readonly<Record<string, string>>,
      fact: AuditFact,
      beforeCommit: BeforeCommit<EvaluationRow, T>,
    ): Promise<T> {
      return acrossUsers(db, async (transaction) => {
        await transaction.insertInto('vc_private.prompt_evaluations').values(run).execute();
        await sql`select vc_private.submit_prompt_evaluation(${run.id}, ${JSON.stringify(traceContext)}::jsonb)`.execute(
          transaction,
        );
        await recordAudit(transaction, fact);
        const row = await evaluations(transaction).where('id', '=', run.id).executeTakeFirstOrThrow();
        return beforeCommit(transaction, row);
      });
    },

    list(
      { promptKey, version, dataset }: EvaluationFilter,
      page: PageRequest,
    ): Promise<ListPage<EvaluationRow>> {
      return acrossUsers(db, (transaction) => {
        const found = evaluations(transaction)
          .$if(promptKey !== undefined, (query) => query.where('prompt_key', '=', promptKey ?? ''))
          .$if(version !== undefined, (query) => query.where('version', '=', version ?? 0))
          .$if(dataset !== undefined, (query) => query.where('dataset', '=', dataset ?? ''));
        return selectPage(found, newestFirst, page);
      });
    },

    find(id: string): Promise<EvaluationRow | undefined> {
      return acrossUsers(db, (transaction) =>
        evaluations(transaction).where('id', '=', id).executeTakeFirst(),
      );
    },

    /** Returns the jobs of runs by ID. */
    async jobs(ids: readonly string[]): Promise<ReadonlyMap<string, EvaluationJob>> {
      if (ids.length === 0) return new Map();
      const { rows } = await acrossUsers(db, (transaction) =>
        sql<EvaluationJob & { readonly id: string }>`
          select id, status, error_code as "errorCode", error_message as "errorMessage"
          from vc_private.prompt_evaluation_jobs(${[...ids]}::uuid[])`.execute(transaction),
      );
      return new Map(rows.map(({ id, ...job }) => [id, job]));
    },

    /** Returns the latest completed run of a version on a content. */
    latestCompleted(
      promptKey: string,
      version: number,
      contentHash: string,
    ): Promise<EvaluationRow | undefined> {
      return acrossUsers(db, (transaction) =>
        latestRun(transaction, promptKey, version, contentHash)
          .where('status', '=', 'completed')
          .executeTakeFirst(),
      );
    },

    results(
      evaluationId: string,
      { passed }: { readonly passed?: boolean },
      page: PageRequest,
    ): Promise<ListPage<ResultRow>> {
      return acrossUsers(db, (transaction) => {
        const results = transaction
          .selectFrom('vc_private.prompt_evaluation_results as result')
          .innerJoin('vc_private.prompt_evaluations as run', 'run.id', 'result.evaluation_id')
          .innerJoin('vc_private.prompt_dataset_cases as content', (join) =>
            join
              .onRef('content.dataset_id', '=', 'run.dataset_id')
              .onRef('content.position', '=', 'result.position'),
          )
          .selectAll('result')
          .select(sql<string | null>`content.content ->> 'name'`.as('name'))
          .where('evaluation_id', '=', evaluationId)
          .$if(passed !== undefined, (query) => query.where('passed', '=', passed ?? true));
        const listed = transaction.selectFrom(results.as('listed')).selectAll();
        return selectPage(listed, byPosition, page);
      });
    },

    /** Returns the scores of the cases that two runs on the same content have both. */
    async pairs(before: string, after: string): Promise<readonly CaseChange[]> {
      const { rows } = await acrossUsers(db, (transaction) =>
        sql<Omit<CaseChange, 'name'> & { readonly name: string | null }>`
          select a.position, content.content ->> 'name' as name, b.score as before, a.score as after,
            b.passed as "passedBefore", a.passed as "passedAfter"
          from vc_private.prompt_evaluation_results a
          join vc_private.prompt_evaluation_results b on b.evaluation_id = ${before} and b.position = a.position
          join vc_private.prompt_evaluations run on run.id = a.evaluation_id
          join vc_private.prompt_dataset_cases content
            on content.dataset_id = run.dataset_id and content.position = a.position
          where a.evaluation_id = ${after}
          order by a.position`.execute(transaction),
      );
      return rows.map(({ name, ...pair }) => ({ ...pair, ...(name === null ? {} : { name }) }));
    },

    /** Returns the positions without a result, unless the run has ended. Returns undefined for an unknown run. */
    work(
      id: string,
    ): Promise<{ readonly concurrency: number; readonly positions: readonly number[] } | undefined> {
      return acrossUsers(db, async (transaction) => {
        const run = await transaction
          .selectFrom('vc_private.prompt_evaluations')
          .select(['status', 'concurrency', 'dataset_id'])
          .where('id', '=', id)
          .executeTakeFirst();
        if (!run) return undefined;
        if (run.status !== 'running') return { concurrency: run.concurrency, positions: [] };
        const rows = await transaction
          .selectFrom('vc_private.prompt_dataset_cases as content')
          .select('content.position')
          .where('content.dataset_id', '=', run.dataset_id)
          .where(({ not, exists, selectFrom }) =>
            not(
              exists(
                selectFrom('vc_private.prompt_evaluation_results as result')
                  .select('result.position')
                  .where('result.evaluation_id', '=', id)
                  .whereRef('result.position', '=', 'content.position'),
              ),
            ),
          )
          .orderBy('content.position')
          .execute();
        return { concurrency: run.concurrency, positions: rows.map(({ position }) => position) };
      });
    },

    caseAt(id: string, position: number): Promise<CaseToEvaluate | undefined> {
      return acrossUsers(db, async (transaction) => {
        const { rows } = await sql<CaseToEvaluate>`
          select run.prompt_key as "promptKey", run.version, run.status = 'running' as "isRunning",
            dataset.graders, content.content,
            exists (
              select from vc_private.prompt_evaluation_results result
              where result.evaluation_id = run.id and result.position = content.position
            ) as "hasResult"
          from vc_private.prompt_evaluations run
          join vc_private.prompt_datasets dataset on dataset.id = run.dataset_id
          join vc_private.prompt_dataset_cases content
            on content.dataset_id = run.dataset_id and content.position = ${position}
          where run.id = ${id}`.execute(transaction);
        return rows[0];
      });
    },

    /**
     * Stores the result of a case once, and completes the run with the last one. Returns false if the run has ended. Results of
     * one run wait for each other, so that one of them is the last.
     */
    storeResult(id: string, position: number, result: NewResult): Promise<boolean> {
      return acrossUsers(db, async (transaction) => {
        const run = await transaction
          .selectFrom('vc_private.prompt_evaluations')
          .select('status')
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirst();
        if (run?.status !== 'running') return false;
        await transaction
          .insertInto('vc_private.prompt_evaluation_results')
          .values({ evaluation_id: id, position, ...result })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        const { finished, case_count, weightedScore } = await evaluations(transaction)
          .where('id', '=', id)
          .executeTakeFirstOrThrow();
        if (finished < case_count) return true;
        await transaction
          .updateTable('vc_private.prompt_evaluations')
          .set({ status: 'completed', score: weightedScore, finished_at: sql<Date>`now()` })
          .where('id', '=', id)
          .execute();
        return false;
      });
    },

    /** Cancels a run that has not ended. Returns undefined for an unknown run. */
    cancel(
      id: string,
      factOf: (before: Pick<EvaluationRow, 'prompt_key' | 'status'>) => AuditFact,
    ): Promise<EvaluationRow | undefined> {
      return acrossUsers(db, async (transaction) => {
        const run = await transaction
          .selectFrom('vc_private.prompt_evaluations')
          .select(['prompt_key', 'status'])
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirst();
        if (run?.status === 'running') {
          await recordAudit(transaction, factOf(run));
          await transaction
            .updateTable('vc_private.prompt_evaluations')
            .set({ status: 'cancelled', finished_at: sql<Date>`now()` })
            .where('id', '=', id)
            .execute();
        }
        return evaluations(transaction).where('id', '=', id).executeTakeFirst();
      });
    },
  };
}

/** Selects the runs of a version on a content, the latest first. */
export function latestRun(
  transaction: Kysely<Database>,
  promptKey: string,
  version: number,
  contentHash: string,
) {
  return evaluations(transaction)
    .where('prompt_key', '=', promptKey)
    .where('version', '=', version)
    .where('content_hash', '=', contentHash)
    .orderBy('id', 'desc')
    .limit(1);
}

function evaluations(transaction: Kysely<Database>) {
  const rows = transaction
    .selectFrom('vc_private.prompt_evaluations as run')
    .innerJoin('vc_private.prompt_datasets as dataset', 'dataset.id', 'run.dataset_id')
    .leftJoinLateral(
      (query) =>
        query
          .selectFrom('vc_private.prompt_evaluation_results as result')
          .select([
            sql<number>`count(*)::integer`.as('finished'),
            sql<number | null>`least(1, sum(score * weight) / sum(weight))`.as('weightedScore'),
            sql<number>`(count(*) filter (where passed))::integer`.as('passed'),
            sql<number>`(count(*) filter (where critical_failure))::integer`.as('criticalFailures'),
            sql<number>`count(error_code)::integer`.as('errors'),
            sql<number>`coalesce(sum(cost_nanos), 0)::float8`.as('costNanos'),
            sql<number>`coalesce(sum(grading_cost_nanos), 0)::float8`.as('gradingCostNanos'),
            sql<number | null>`avg(latency_ms) filter (where error_code is null)::float8`.as('latencyMs'),
          ])
          .whereRef('result.evaluation_id', '=', 'run.id')
          .as('figures'),
      (join) => join.onTrue(),
    )
    .selectAll('run')
    .select(['dataset.name as dataset', 'dataset.version as dataset_version'])
    .select(['dataset.content_hash', 'dataset.case_count'])
    .select([
      'figures.finished',
      'figures.weightedScore',
      'figures.passed',
      'figures.criticalFailures',
      'figures.errors',
      'figures.costNanos',
      'figures.gradingCostNanos',
      'figures.latencyMs',
    ])
    .$castTo<EvaluationRow>();
  return transaction.selectFrom(rows.as('evaluation')).selectAll();
}
