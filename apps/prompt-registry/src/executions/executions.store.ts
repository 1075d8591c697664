import type { ListPage, PageRequest, UserPrincipal } from '@valuecanvas/contracts-core';
import type { ExperimentMetric, PromptExecution } from '@valuecanvas/contracts-prompt-registry';
import { nanosPerDollar } from '@valuecanvas/money';
import { acrossUsers, asUser, listOrder, selectPage } from '@valuecanvas/postgres';
import { timeOfId } from '@valuecanvas/service-kit';
import { type Insertable, type Kysely, type Selectable, sql } from 'kysely';
import type { Database, PromptExecutionsTable } from '../db.ts';
import { postedKind, recordTrials, replaceObservation, trialColumns } from '../trials/record-trials.ts';
import { costOf } from './cost-of.ts';
import { type PerformanceById, unused } from './performance.ts';

export type ExecutionRow = Selectable<PromptExecutionsTable>;

/** Ids are UUIDv7, so their order is that of the executions. */
const newestFirst = listOrder('desc', { id: 'uuid' });

export type ExecutionsStore = ReturnType<typeof createExecutionsStore>;

/** Executions of prompt versions in PostgreSQL. */
export function createExecutionsStore(db: Kysely<Database>) {
  return {
    /** Stores each execution once, even if its fact is delivered repeatedly, and adds it to the sums of its trial. */
    async insert(executions: readonly PromptExecution[]): Promise<void> {
      await acrossUsers(db, async (transaction) => {
        const stored = await transaction
          .insertInto('prompt_executions')
          .values(executions.map(toExecutionRow))
          .onConflict((conflict) => conflict.doNothing())
          .returning('id')
          .execute();
        const byId = new Map(executions.map((execution) => [execution.id, execution]));
        await recordTrials(
          transaction,
          stored.flatMap(({ id }) => byId.get(id) ?? []),
        );
      });
    },

    list(principal: UserPrincipal, page: PageRequest): Promise<ListPage<ExecutionRow>> {
      return asUser(db, principal, (transaction) =>
        selectPage(transaction.selectFrom('prompt_executions').selectAll(), newestFirst, page),
      );
    },

    /** Stores a rating and replaces an earlier one. Returns false if the user has no such execution. */
    rate(
      principal: UserPrincipal,
      id: string,
      { rating, comment = null }: { readonly rating: number; readonly comment?: string | null },
    ): Promise<boolean> {
      return asUser(db, principal, async (transaction) => {
        const execution = await transaction
          .selectFrom('prompt_executions')
          .select(['rating', ...trialColumns])
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirst();
        if (!execution) return false;
        await transaction
          .updateTable('prompt_executions')
          .set({ rating, comment, rated_at: sql<Date>`now()` })
          .where('id', '=', id)
          .execute();
        await replaceObservation(transaction, execution, 'rating', execution.rating, rating);
        return true;
      });
    },

    /**
     * Stores a value of a metric and replaces an earlier one. `check` gets the kind of the metric in the experiment of the
     * execution. Returns false if the execution does not exist for the caller.
     */
    postMetric(
      principal: UserPrincipal,
      id: string,
      metric: string,
      value: number,
      check: (kind: ExperimentMetric['kind'] | undefined) => void,
    ): Promise<boolean> {
      const work = async (transaction: Kysely<Database>) => {
        const execution = await transaction
          .selectFrom('prompt_executions')
          .select(trialColumns)
          .where('id', '=', id)
          .executeTakeFirst();
        if (!execution) return false;
        const kind = await postedKind(transaction, execution, metric);
        check(kind);
        const lock = `metric ${metric} of ${id}`;
        await sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`.execute(transaction);
        const before = await transaction
          .selectFrom('vc_private.prompt_execution_metrics')
          .select('value')
          .where('execution_id', '=', id)
          .where('metric', '=', metric)
          .executeTakeFirst();
        await transaction
          .insertInto('vc_private.prompt_execution_metrics')
          .values({ execution_id: id, metric, value })
          .onConflict((conflict) =>
            conflict.columns(['execution_id', 'metric']).doUpdateSet({ value, posted_at: sql<Date>`now()` }),
          )
          .execute();
        if (kind) await replaceObservation(transaction, execution, metric, before?.value ?? null, value);
        return true;
      };
      const isForAll = principal.permissions.includes('prompts:write');
      return isForAll ? acrossUsers(db, work) : asUser(db, principal, work);
    },

    async performanceOf(versionIds: readonly string[]): Promise<PerformanceById> {
      if (versionIds.length === 0) return () => unused;
      const rows = await acrossUsers(db, (transaction) => aggregated(transaction, versionIds).execute());
      const byVersion = new Map(rows.map(({ versionId, ...performance }) => [versionId, performance]));
      return (versionId) => byVersion.get(versionId) ?? unused;
    },
  };
}

/** Converts an execution to a row of its table, with the time in its UUIDv7. */
function toExecutionRow(execution: PromptExecution): Insertable<PromptExecutionsTable> {
  return {
    id: execution.id,
    prompt_version_id: execution.promptVersionId,
    user_id: execution.userId,
    request_id: execution.requestId,
    operation: execution.operation,
    provider: execution.provider ?? null,
    model: execution.model ?? null,
    success: execution.success,
    error_code: execution.errorCode ?? null,
    latency_ms: Math.round(execution.latencyMs),
    cost_nanos: costOf(execution),
    prompt_tokens: execution.promptTokens,
    completion_tokens: execution.completionTokens,
    trial_id: execution.assignment?.trialId ?? null,
    trial_step: execution.assignment?.step ?? null,
    trial_arm: execution.assignment?.arm ?? null,
    created_at: timeOfId(execution.id),
  };
}

/** Returns one row per version with executions. */
function aggregated(db: Kysely<Database>, versionIds: readonly string[]) {
  return db
    .selectFrom('prompt_executions')
    .select([
      'prompt_version_id as versionId',
      sql<number>`count(*)::float8`.as('executions'),
      sql<number>`avg(success::int)::float8`.as('successRate'),
      sql<number>`coalesce(avg(latency_ms), 0)::float8`.as('avgLatency'),
      sql<number>`(avg(cost_nanos) / ${sql.lit(nanosPerDollar)})::float8`.as('avgCost'),
      sql<number>`avg(prompt_tokens + completion_tokens)::float8`.as('avgTokens'),
      sql<number>`coalesce(avg(rating), 0)::float8`.as('userSatisfaction'),
    ])
    .where('prompt_version_id', 'in', versionIds)
    .groupBy('prompt_version_id');
}
