import { nanosPerDollar } from '@valuecanvas/money';
import { acrossUsers } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../db.ts';
import { cacheProvider } from './observations.ts';

/** Usual values of recent executions of a version. Costs are in US dollars, latencies in milliseconds. */
export interface Usual {
  readonly means: { readonly cost: number; readonly latency: number; readonly tokens: number };
  readonly latencyP95: number;
}

/** Returns the usual values of a version, or undefined if too few of its executions were answered by a model. */
export type UsualValues = (versionId: string) => Promise<Usual | undefined>;

/** Executions that are read at most, so that a start takes no longer with a long history. */
const recent = 10_000;

/** Executions without which a mean says nothing. */
const minimum = 100;

export function createUsualValues(db: Kysely<Database>): UsualValues {
  return async (versionId) => {
    const row = await acrossUsers(db, (transaction) =>
      transaction
        .selectFrom((from) =>
          from
            .selectFrom('prompt_executions')
            .select(['cost_nanos', 'latency_ms', 'prompt_tokens', 'completion_tokens'])
            .where('prompt_version_id', '=', versionId)
            .where('provider', '<>', cacheProvider)
            .orderBy('created_at', 'desc')
            .limit(recent)
            .as('latest'),
        )
        .select([
          sql<number>`count(*)::float8`.as('count'),
          sql<number>`coalesce(avg(cost_nanos) / ${sql.lit(nanosPerDollar)}, 0)::float8`.as('cost'),
          sql<number>`coalesce(avg(latency_ms), 0)::float8`.as('latency'),
          sql<number>`coalesce(avg(prompt_tokens + completion_tokens), 0)::float8`.as('tokens'),
          sql<number>`coalesce(percentile_cont(0.95) within group (order by latency_ms), 0)::float8`.as(
            'p95',
          ),
        ])
        .executeTakeFirstOrThrow(),
    );
    if (row.count < minimum) return undefined;
    return { means: { cost: row.cost, latency: row.latency, tokens: row.tokens }, latencyP95: row.p95 };
  };
}
