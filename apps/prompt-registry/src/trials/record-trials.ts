import { hash } from 'node:crypto';
import type { ExperimentMetric, PromptExecution } from '@valuecanvas/contracts-prompt-registry';
import type { Kysely } from 'kysely';
import { canaryArms } from '../canaries/canary-row.ts';
import type { Database } from '../db.ts';
import { armsOf, boundsOf, customMetricsOf } from '../experiments/experiment-row.ts';
import { type AssignedExecution, sumsOf, type TrialBounds } from './observations.ts';
import { addToSums, type TrialSum, unitsMetric } from './trial-sums.store.ts';

/** Columns of an execution that name its trial. */
export const trialColumns = ['trial_id', 'trial_step', 'trial_arm'] as const;

interface TrialColumns {
  readonly trial_id: string | null;
  readonly trial_step: number | null;
  readonly trial_arm: string | null;
}

/** Adds executions to the sums of their trials, in the transaction that stores them. Each execution must be given once only. */
export async function recordTrials(
  transaction: Kysely<Database>,
  executions: readonly PromptExecution[],
): Promise<void> {
  const assigned = executions.filter(isAssigned);
  if (assigned.length === 0) return;
  const trials = await findTrials(transaction, [
    ...new Set(assigned.map(({ assignment }) => assignment.trialId)),
  ]);
  const known = assigned.filter(({ assignment }) => trials.get(assignment.trialId)?.arms.has(assignment.arm));
  const bounds = new Map([...trials].map(([id, trial]) => [id, trial.bounds]));
  const newUnits = await countUnits(
    transaction,
    known.filter((execution) => trials.get(execution.assignment.trialId)?.countsUnits),
  );
  await addToSums(transaction, [...sumsOf(known, bounds), ...newUnits]);
}

function isAssigned(execution: PromptExecution): execution is AssignedExecution {
  return execution.assignment !== undefined;
}

interface Trial {
  readonly arms: ReadonlySet<string>;
  readonly bounds: TrialBounds;
  readonly countsUnits: boolean;
}

async function findTrials(
  transaction: Kysely<Database>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Trial>> {
  const experiments = await transaction
    .selectFrom('ab_tests')
    .select(['id', 'arms', 'bounds'])
    .where('id', 'in', ids)
    .execute();
  const canaries = await transaction
    .selectFrom('vc_private.prompt_canaries')
    .select(['id', 'bounds'])
    .where('id', 'in', ids)
    .execute();
  const ofCanaries = new Set<string>(Object.values(canaryArms));
  return new Map<string, Trial>([
    ...experiments.map((row) => {
      const arms = new Set(armsOf(row).map(({ name }) => name));
      return [row.id, { arms, bounds: boundsOf(row), countsUnits: true }] as const;
    }),
    ...canaries.map(
      (row) => [row.id, { arms: ofCanaries, bounds: boundsOf(row), countsUnits: false }] as const,
    ),
  ]);
}

/** Stores the units that the experiment has not seen yet, and returns their number by arm. */
async function countUnits(
  transaction: Kysely<Database>,
  executions: readonly AssignedExecution[],
): Promise<readonly TrialSum[]> {
  const units = new Map(
    executions.flatMap(({ assignment: { trialId, arm, unit } }) => {
      if (unit === undefined) return [];
      const unitHash = hash('sha256', `${trialId} ${unit}`, 'buffer').subarray(0, 16);
      return [[unitHash.toString('hex'), { trial_id: trialId, unit_hash: unitHash, arm }] as const];
    }),
  );
  if (units.size === 0) return [];
  // One order for all replicas, so that concurrent inserts of the same units cannot wait for each other in a circle.
  const rows = [...units].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  const stored = await transaction
    .insertInto('vc_private.prompt_trial_units')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .returning(['trial_id', 'arm'])
    .execute();
  const counts = new Map<string, TrialSum>();
  for (const { trial_id: trialId, arm } of stored) {
    const key = JSON.stringify([trialId, arm]);
    const count = (counts.get(key)?.moments.count ?? 0) + 1;
    counts.set(key, {
      trialId,
      step: 0,
      arm,
      metric: unitsMetric,
      moments: { count, sum: count, sumOfSquares: count },
    });
  }
  return [...counts.values()];
}

/** Replaces one observation of an execution in the sums of its trial, if it has one. */
export async function replaceObservation(
  transaction: Kysely<Database>,
  { trial_id: trialId, trial_step: step, trial_arm: arm }: TrialColumns,
  metric: string,
  before: number | null,
  after: number,
): Promise<void> {
  if (trialId === null || arm === null || before === after) return;
  const moments =
    before === null
      ? { count: 1, sum: after, sumOfSquares: after * after }
      : { count: 0, sum: after - before, sumOfSquares: after * after - before * before };
  await addToSums(transaction, [{ trialId, step: step ?? 0, arm, metric, moments }]);
}

/** Returns the kind of a posted metric in the trial of an execution, or undefined if it counts in none. */
export async function postedKind(
  transaction: Kysely<Database>,
  { trial_id: trialId }: TrialColumns,
  metric: string,
): Promise<ExperimentMetric['kind'] | undefined> {
  if (trialId === null) return undefined;
  const experiment = await transaction
    .selectFrom('ab_tests')
    .select('metrics')
    .where('id', '=', trialId)
    .executeTakeFirst();
  if (!experiment) return undefined;
  if (metric === 'score') return 'mean';
  return customMetricsOf(experiment).find(({ name }) => name === metric)?.kind;
}
