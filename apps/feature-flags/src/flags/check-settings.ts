import { AppError } from '@valuecanvas/contracts-core';
import type { TargetingRule, Variant } from '@valuecanvas/contracts-feature-flags';
import type { FlagSettings } from './flag-settings.ts';

interface Fault {
  readonly path: string;
  readonly message: string;
}

/** Throws VALIDATION_FAILED, with all errors, for settings that match the contract but are inconsistent. */
export function checkSettings({ rolloutPercentage, variants, targeting }: FlagSettings): void {
  const details = [
    ...rolloutFaults(rolloutPercentage),
    ...variantFaults(variants),
    ...(targeting.rules ?? []).flatMap(ruleFaults),
  ];
  if (details.length > 0) throw new AppError('VALIDATION_FAILED', { details });
}

function rolloutFaults(percentage: number): Fault[] {
  const isExact = Math.round(percentage * 1_000) / 1_000 === percentage;
  return isExact ? [] : [{ path: 'rolloutPercentage', message: 'must have at most three decimals' }];
}

function variantFaults(variants: readonly Variant[] | undefined): Fault[] {
  if (!variants) return [];
  const names = variants.map(({ name }) => name);
  const repeated = names.flatMap((name, index) =>
    names.indexOf(name) < index
      ? [{ path: `variants.${index}.name`, message: 'is used by another variant' }]
      : [],
  );
  const hasWeight = variants.some(({ weight }) => weight > 0);
  return hasWeight ? repeated : [...repeated, { path: 'variants', message: 'must have a weight above 0' }];
}

/** Types that the values of a rule need for its operator. */
const operandTypes: Partial<Record<TargetingRule['operator'], 'string' | 'number'>> = {
  startsWith: 'string',
  endsWith: 'string',
  greaterThan: 'number',
  lessThan: 'number',
};

function ruleFaults({ operator, values }: TargetingRule, index: number): Fault[] {
  const wanted = operandTypes[operator];
  if (wanted === undefined || values.every((value) => typeof value === wanted)) return [];
  return [{ path: `targeting.rules.${index}.values`, message: `must be ${wanted}s for ${operator}` }];
}
