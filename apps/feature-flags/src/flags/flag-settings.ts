import { AppError } from '@valuecanvas/contracts-core';
import type {
  CreateFlagRequest,
  Flag,
  TargetingRule,
  UpdateFlagRequest,
  Variant,
} from '@valuecanvas/contracts-feature-flags';

/** Editable settings of a flag. */
export type FlagSettings = Pick<
  Flag,
  'name' | 'description' | 'enabled' | 'rolloutPercentage' | 'targeting' | 'variants'
>;

/** Returns the settings of a new flag. By default it is off, and on for all users when it is switched on. */
export function initialSettings({ key, ...given }: CreateFlagRequest): FlagSettings {
  return { name: key, description: '', enabled: false, rolloutPercentage: 100, targeting: {}, ...given };
}

/** Returns the settings after an update. Omitted settings stay, and an empty list of variants removes all variants. */
export function changedSettings(
  current: FlagSettings,
  { version: _version, variants, ...changes }: UpdateFlagRequest,
): FlagSettings {
  const { variants: currentVariants, ...rest } = current;
  const kept = variants ?? currentVariants ?? [];
  return { ...rest, ...changes, ...(kept.length === 0 ? {} : { variants: kept }) };
}

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
