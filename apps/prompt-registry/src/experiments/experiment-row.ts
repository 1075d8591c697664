import type { Experiment, ExperimentArm, ExperimentMetric } from '@valuecanvas/contracts-prompt-registry';
import type { Selectable } from 'kysely';
import type { AbTestsTable } from '../db.ts';

export type ExperimentRow = Selectable<AbTestsTable>;

export function toExperiment(row: ExperimentRow): Experiment {
  return {
    id: row.id,
    name: row.name,
    promptKey: row.prompt_key,
    environment: row.environment,
    status: row.status,
    arms: armsOf(row),
    coverage: row.coverage,
    metric: row.metric,
    metrics: customMetricsOf(row),
    relevantDifference: row.relevant_difference,
    expectedSample: row.expected_sample,
    bounds: boundsOf(row),
    ...(row.status === 'draft' ? {} : { labelVersion: row.label_version }),
    ...(row.winner === null ? {} : { winner: row.winner }),
    ...(row.created_by === null ? {} : { createdBy: row.created_by }),
    createdAt: row.created_at.toISOString(),
    ...(row.started_by === null ? {} : { startedBy: row.started_by }),
    ...(row.started_at === null ? {} : { startedAt: row.started_at.toISOString() }),
    ...(row.completed_by === null ? {} : { completedBy: row.completed_by }),
    ...(row.completed_at === null ? {} : { completedAt: row.completed_at.toISOString() }),
  };
}

export function armsOf({ arms }: Pick<ExperimentRow, 'arms'>): ExperimentArm[] {
  return arms as ExperimentArm[];
}

export function customMetricsOf({ metrics }: Pick<ExperimentRow, 'metrics'>): ExperimentMetric[] {
  return metrics as ExperimentMetric[];
}

export function boundsOf({ bounds }: { readonly bounds: unknown }): Readonly<Record<string, number>> {
  return bounds as Readonly<Record<string, number>>;
}
