import { AppError } from '@valuecanvas/contracts-core';
import {
  builtInMetrics,
  type CreateExperimentRequest,
  defaultEnvironment,
  type ExperimentArm,
} from '@valuecanvas/contracts-prompt-registry';
import { unitsMetric } from '../trials/trial-sums.store.ts';

/** Valid experiment with all settings, ready to be stored as a draft. */
export type NewExperiment = Required<CreateExperimentRequest> & { readonly createdBy: string };

/** Sum of the weights of the arms, as the assignment needs it. */
const totalWeight = 100_000;

/** Completes a request with defaults. Throws VALIDATION_FAILED for duplicate names, or for an unknown metric. */
export function newExperiment(request: CreateExperimentRequest, createdBy: string): NewExperiment {
  const { arms, metric = 'cost', metrics = [] } = request;
  const faults = [
    ...duplicates(arms.map(({ name }) => name)).map((name) => fault('arms', `has ${name} twice`)),
    ...duplicates([...builtInMetrics, unitsMetric, ...metrics.map(({ name }) => name)]).map((name) =>
      fault('metrics', `has ${name} twice, or it is a metric of the registry`),
    ),
    ...(knownMetrics(metrics).includes(metric)
      ? []
      : [fault('metric', `must be one of ${knownMetrics(metrics).join(', ')}`)]),
  ];
  if (faults.length > 0) throw new AppError('VALIDATION_FAILED', { details: faults });
  return {
    coverage: 100,
    relevantDifference: 0.02,
    expectedSample: 10_000,
    bounds: {},
    environment: defaultEnvironment,
    ...request,
    arms: normalised(arms),
    metric,
    metrics,
    createdBy,
  };
}

function knownMetrics(custom: readonly { readonly name: string }[]): string[] {
  return [...builtInMetrics, ...custom.map(({ name }) => name)];
}

const fault = (path: string, message: string) => ({ path, message });

function duplicates(names: readonly string[]): string[] {
  return names.filter((name, index) => names.indexOf(name) < index);
}

/** Scales the weights to integers with the sum of 100,000. Rounding moves no boundary by more than half a unit. */
function normalised(arms: readonly ExperimentArm[]): ExperimentArm[] {
  const sum = arms.reduce((total, { weight }) => total + weight, 0);
  let [upToHere, assigned] = [0, 0];
  return arms.map((arm) => {
    upToHere += arm.weight;
    const end = Math.round((upToHere / sum) * totalWeight);
    const weight = end - assigned;
    assigned = end;
    return { ...arm, weight };
  });
}
