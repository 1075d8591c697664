import { type Moments, noObservations } from '@valuecanvas/experiments';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../db.ts';

/** Name under which the units of an arm are counted. No metric may have it. */
export const unitsMetric = 'units';

/** Observations of one metric in one arm of a trial. An experiment has one step, 0. */
export interface TrialSum {
  readonly trialId: string;
  readonly step: number;
  readonly arm: string;
  readonly metric: string;
  readonly moments: Moments;
}

/**
 * Adds observations to the sums of their metrics, from which results are computed without reading executions. Concurrent calls
 * lock rows in the same order.
 */
export async function addToSums(transaction: Kysely<Database>, added: readonly TrialSum[]): Promise<void> {
  if (added.length === 0) return;
  const rows = added
    .map(({ trialId, step, arm, metric, moments }) => ({
      trial_id: trialId,
      step,
      arm,
      metric,
      count: BigInt(moments.count),
      sum: moments.sum,
      sum_of_squares: moments.sumOfSquares,
    }))
    .sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  await transaction
    .insertInto('vc_private.prompt_trial_sums')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['trial_id', 'step', 'arm', 'metric']).doUpdateSet({
        count: sql`prompt_trial_sums.count + excluded.count`,
        sum: sql`prompt_trial_sums.sum + excluded.sum`,
        sum_of_squares: sql`prompt_trial_sums.sum_of_squares + excluded.sum_of_squares`,
      }),
    )
    .execute();
}

function orderOf(row: {
  readonly trial_id: string;
  readonly step: number;
  readonly arm: string;
  readonly metric: string;
}): string {
  return JSON.stringify([row.trial_id, row.step, row.arm, row.metric]);
}

/** Sums of one step of a trial. */
export interface StepSums {
  /** Returns no observations for an arm or metric without any. */
  of(arm: string, metric: string): Moments;
}

export async function readSums(transaction: Kysely<Database>, trialId: string, step = 0): Promise<StepSums> {
  const rows = await transaction
    .selectFrom('vc_private.prompt_trial_sums')
    .select([
      'arm',
      'metric',
      sql<number>`count::float8`.as('count'),
      'sum',
      'sum_of_squares as sumOfSquares',
    ])
    .where('trial_id', '=', trialId)
    .where('step', '=', step)
    .execute();
  const key = (arm: string, metric: string) => JSON.stringify([arm, metric]);
  const moments = new Map(
    rows.map(({ arm, metric, count, sum, sumOfSquares }) => [key(arm, metric), { count, sum, sumOfSquares }]),
  );
  return { of: (arm, metric) => moments.get(key(arm, metric)) ?? noObservations };
}
