import { acrossUsers } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../db.ts';

/** Totals of calls grouped by day, model or user, by day and model, or of all calls. */
export interface CostGroup {
  readonly by: 'all' | 'day' | 'model' | 'user' | 'day and model';
  /** The day, model or user; the model of a day; empty for the total. */
  readonly name: string;
  /** Present in groups by day and model. */
  readonly day: string | null;
  readonly requests: number;
  readonly cached: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly costNanos: bigint;
  readonly estimatedNanos: bigint;
  /** Number of groups of this kind, including unlisted ones. */
  readonly groups: number;
}

/** Reads the ledger across users. */
export interface PlatformCostsStore {
  /**
   * Totals of a half-open interval, the most expensive groups of each kind first, with at most `users` users. Groups by day
   * and model are those of the five most expensive models of the interval.
   */
  groups(from: Date, until: Date, users: number): Promise<readonly CostGroup[]>;
}

/** Maximum number of listed models, more than exist unless callers invent names. */
const maxModels = 1_000;

/** Number of models whose costs are listed for each day. */
const modelsPerDay = 5;

export function createPlatformCostsStore(db: Kysely<Database>): PlatformCostsStore {
  return {
    async groups(from, until, users) {
      const query = sql<
        Record<Exclude<keyof CostGroup, 'by' | 'day'>, string> & Pick<CostGroup, 'by' | 'day'>
      >`
        with calls as (
          select (created_at at time zone 'UTC')::date as day, model, user_id, cached, cost_estimated,
            prompt_tokens, completion_tokens, cost_nanos
          from llm_usage where created_at >= ${from} and created_at < ${until}
        ), sums as (
          select
            case grouping(day, model, user_id)
              when 1 then 'day and model' when 3 then 'day' when 5 then 'model' when 6 then 'user' else 'all'
            end as by,
            coalesce(model, to_char(day, 'YYYY-MM-DD'), user_id::text, '') as name,
            case when grouping(day, model) = 0 then to_char(day, 'YYYY-MM-DD') end as day,
            count(*) as requests,
            count(*) filter (where cached) as cached,
            coalesce(sum(prompt_tokens), 0) as prompt,
            coalesce(sum(completion_tokens), 0) as completion,
            coalesce(sum(cost_nanos), 0) as nanos,
            coalesce(sum(cost_nanos) filter (where cost_estimated), 0) as estimated
          from calls group by grouping sets ((), (day), (model), (user_id), (day, model))
        ), ranked as (
          select *, row_number() over (partition by by order by nanos desc, name) as rank,
            count(*) over (partition by by) as groups
          from sums
        )
        select by, name, day, requests::text, cached::text, prompt::text as "promptTokens", groups::text,
          completion::text as "completionTokens", nanos::text as "costNanos", estimated::text as "estimatedNanos"
        from ranked
        where case by
          when 'user' then rank <= ${users}
          when 'model' then rank <= ${maxModels}
          when 'day and model' then
            name in (select top.name from ranked top where top.by = 'model' and top.rank <= ${modelsPerDay})
          else true
        end
        order by by, rank`;
      const { rows } = await acrossUsers(db, (tx) => query.execute(tx));
      return rows.map((row) => ({
        by: row.by,
        name: row.name,
        day: row.day,
        requests: Number(row.requests),
        cached: Number(row.cached),
        promptTokens: Number(row.promptTokens),
        completionTokens: Number(row.completionTokens),
        costNanos: BigInt(row.costNanos),
        estimatedNanos: BigInt(row.estimatedNanos),
        groups: Number(row.groups),
      }));
    },
  };
}
