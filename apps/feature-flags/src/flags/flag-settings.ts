import { isDeepStrictEqual } from 'node:util';
import { AppError } from '@valuecanvas/contracts-core';
import {
  type CreateFlagRequest,
  type Flag,
  modelFlagKey,
  type UpdateFlagRequest,
  type Variant,
} from '@valuecanvas/contracts-feature-flags';
import { type Fault, targetingFaults } from './targeting-faults.ts';

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

/** Change of a flag's settings. `before` is absent for a new flag. */
export interface SettingsChange {
  readonly key: string;
  readonly before: FlagSettings | undefined;
  readonly after: FlagSettings;
}

/**
 * Throws VALIDATION_FAILED, with all errors, for settings that match the contract but are inconsistent or can have no
 * effect. `refusals` are the reasons for models that no provider serves. Of settings that are stored already, only those that
 * the change switches on are checked for their effect, so that an old fault never prevents another change, such as the kill
 * switch.
 */
export function checkChange(change: SettingsChange, refusals: ReadonlyMap<string, string>): void {
  const { before, after } = change;
  const isTargetingNew = isSwitchedOn(change) || !isDeepStrictEqual(before?.targeting, after.targeting);
  const details = [
    ...rolloutFaults(after.rolloutPercentage),
    ...variantFaults(after.variants),
    ...(isTargetingNew ? targetingFaults(after.targeting) : []),
    ...newModels(change).flatMap(({ path, model }) => modelFaults(path, model, refusals)),
  ];
  if (details.length > 0) throw new AppError('VALIDATION_FAILED', { details });
}

function isSwitchedOn({ before, after }: SettingsChange): boolean {
  return before === undefined || (after.enabled && !before.enabled);
}

interface NamedModel {
  readonly path: string;
  readonly model: unknown;
}

/** Returns the models that a change introduces or switches on. A variant without weight is never chosen. */
export function newModels(change: SettingsChange): NamedModel[] {
  if (change.key !== modelFlagKey) return [];
  const known = isSwitchedOn(change) ? [] : modelsOf(change.before).map(({ model }) => model);
  return modelsOf(change.after).filter(({ model }) => !known.includes(model));
}

function modelsOf(settings: Pick<FlagSettings, 'variants'> | undefined): NamedModel[] {
  return (settings?.variants ?? []).flatMap(({ weight, config: { model } }, index) =>
    weight > 0 && model !== undefined ? [{ path: `variants.${index}.config.model`, model }] : [],
  );
}

function modelFaults(path: string, model: unknown, refusals: ReadonlyMap<string, string>): Fault[] {
  if (typeof model !== 'string') return [{ path, message: 'must be the name of a model.' }];
  const message = refusals.get(model);
  return message === undefined ? [] : [{ path, message }];
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
