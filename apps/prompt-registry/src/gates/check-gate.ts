import { AppError } from '@valuecanvas/contracts-core';
import {
  defaultEnvironment,
  type GateVerdict,
  productionLabel,
} from '@valuecanvas/contracts-prompt-registry';
import type { Kysely, Selectable } from 'kysely';
import { findDataset } from '../datasets/datasets.store.ts';
import type { Database } from '../db.ts';
import type { EvaluationRow } from '../evaluations/evaluation-row.ts';
import { latestRun } from '../evaluations/evaluations.store.ts';
import { columnsOf, type LabelPosition } from '../labels/label-row.ts';
import { type GateConditions, gateReasons, type RunFigures } from './gate-verdict.ts';

export type GateRow = Selectable<Database['vc_private.prompt_gates']>;

/** Throws UNPROCESSABLE with all reasons if a version does not pass the gate of a label. */
export async function assertPassesGate(
  transaction: Kysely<Database>,
  position: LabelPosition,
  version: number,
): Promise<void> {
  const { passed, reasons } = await checkGate(transaction, position, version);
  if (passed) return;
  throw new AppError('UNPROCESSABLE', {
    message: `Version ${version} of ${position.promptKey} does not pass the gate of the label ${position.label}: ${reasons.map(({ message }) => message).join(' ')}`,
    details: { reasons },
  });
}

/** Checks the latest completed run of exactly this version on exactly the latest content of the dataset. */
export async function checkGate(
  transaction: Kysely<Database>,
  position: LabelPosition,
  version: number,
): Promise<GateVerdict> {
  const gate = await findGate(transaction, position);
  if (!gate) return { passed: true, reasons: [] };
  const { promptKey } = position;
  const dataset = await findDataset(transaction, gate.dataset_name);
  const latestOf = (candidate: number): Promise<EvaluationRow | undefined> =>
    latestRun(transaction, promptKey, candidate, dataset?.content_hash ?? '')
      .where('status', '=', 'completed')
      .executeTakeFirst();
  const run = await latestOf(version);
  if (!run) {
    const running = await latestRun(transaction, promptKey, version, dataset?.content_hash ?? '')
      .where('status', '=', 'running')
      .executeTakeFirst();
    const data = `the latest version of the dataset ${gate.dataset_name}`;
    return refused(
      running
        ? { code: 'RUN_NOT_COMPLETED', message: `The run on ${data} has not completed.` }
        : {
            code: 'NO_RUN',
            message: `The version was not evaluated on ${data}. Start a run with POST /api/prompts/evaluations.`,
          },
    );
  }
  const active = hasMargins(gate) ? await activeVersion(transaction, promptKey) : null;
  const compared = active === null || active === version ? undefined : await latestOf(active);
  const reasons = gateReasons(toConditions(gate), figuresOf(run), compared && figuresOf(compared));
  if (active !== null && active !== version && !compared)
    reasons.push({
      code: 'NO_RUN_OF_ACTIVE_VERSION',
      message: `The active version ${active}, against which the gate compares, was not evaluated on the same content. Start a run of it.`,
    });
  return {
    passed: reasons.length === 0,
    reasons,
    evaluationId: run.id,
    ...(compared ? { activeEvaluationId: compared.id } : {}),
  };
}

const refused = (reason: GateVerdict['reasons'][number]): GateVerdict => ({
  passed: false,
  reasons: [reason],
});

const hasMargins = (gate: GateRow) =>
  gate.maximum_cost_increase !== null || gate.maximum_latency_increase !== null;

async function activeVersion(transaction: Kysely<Database>, promptKey: string): Promise<number | null> {
  const active = await transaction
    .selectFrom('vc_private.prompt_labels')
    .select('version')
    .where((row) =>
      row.and(columnsOf({ promptKey, environment: defaultEnvironment, label: productionLabel })),
    )
    .executeTakeFirst();
  return active?.version ?? null;
}

function figuresOf(run: EvaluationRow): RunFigures {
  return {
    score: run.score ?? 0,
    criticalFailures: run.criticalFailures,
    costNanos: run.costNanos / Math.max(1, run.finished - run.errors),
    latencyMs: run.latencyMs ?? 0,
  };
}

/** Finds the gate of a label. */
export function findGate(
  transaction: Kysely<Database>,
  position: LabelPosition,
): Promise<GateRow | undefined> {
  return transaction
    .selectFrom('vc_private.prompt_gates')
    .selectAll()
    .where((row) => row.and(columnsOf(position)))
    .executeTakeFirst();
}

function toConditions(row: GateRow): GateConditions {
  return {
    dataset: row.dataset_name,
    minimumScore: row.minimum_score,
    maximumCostIncrease: row.maximum_cost_increase,
    maximumLatencyIncrease: row.maximum_latency_increase,
  };
}
