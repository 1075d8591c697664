import { AppError } from '@valuecanvas/contracts-core';
import type { Canary, CanaryGuardrails, CreateCanaryRequest } from '@valuecanvas/contracts-prompt-registry';
import { slowMetric, type TrialBounds } from '../trials/observations.ts';
import type { Usual } from '../trials/usual-values.ts';
import { planOf } from './canary-row.ts';

/** Settings of a canary that can be carried out. */
export interface CanarySettings {
  readonly steps: Canary['steps'];
  readonly guardrails: CanaryGuardrails;
  readonly bounds: TrialBounds;
}

const defaultSteps = [1, 5, 25, 50].map((percentage) => ({ percentage }));
const defaultMargins: CanaryGuardrails = { cost: 0.1, latency: 0.2, errors: 0.01, rating: 0.3 };

/** Costs beyond this multiple of the mean count as the multiple, so that one extreme cost decides nothing. */
const costBoundFactor = 10;

/**
 * Completes a request with defaults, and with bounds from recent executions of the current version. Throws VALIDATION_FAILED
 * for steps that do not grow, and without any guardrail.
 */
export function canarySettings(
  { steps = defaultSteps, guardrails, slowAfterMs }: CreateCanaryRequest,
  usual: Usual | undefined,
): CanarySettings {
  const margins = { ...defaultMargins, ...guardrails };
  const settings = {
    steps: steps
      .filter(({ percentage }) => percentage < 100)
      .map(({ percentage, minimumSample = 100, minimumSeconds = 300 }) => ({
        percentage,
        minimumSample,
        minimumSeconds,
      })),
    guardrails: margins,
    bounds: boundsFrom(usual, margins, slowAfterMs),
  };
  assertGrowing(steps.map(({ percentage }) => percentage));
  if (planOf(settings).guardrails.length === 0)
    throw invalid('guardrails', 'need at least one margin that can be checked');
  return settings;
}

function boundsFrom(
  usual: Usual | undefined,
  { latency }: CanaryGuardrails,
  slowAfterMs: number | undefined,
): TrialBounds {
  const cost = usual?.means.cost ?? 0;
  const slow = slowAfterMs ?? (usual && latency !== null ? usual.latencyP95 * (1 + latency) : undefined);
  return {
    ...(cost > 0 ? { cost: cost * costBoundFactor } : {}),
    ...(slow === undefined ? {} : { [slowMetric]: slow }),
  };
}

function assertGrowing(percentages: readonly number[]): void {
  const isGrowing = percentages.every((percentage, index) => percentage > (percentages[index - 1] ?? 0));
  if (!isGrowing) throw invalid('steps', 'must have growing percentages');
  if (!percentages.some((percentage) => percentage < 100))
    throw invalid('steps', 'need at least one percentage below 100');
}

function invalid(path: string, message: string): AppError {
  return new AppError('VALIDATION_FAILED', { details: [{ path, message }] });
}
