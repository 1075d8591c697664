import { isDeepStrictEqual } from 'node:util';
import { AppError } from '@valuecanvas/contracts-core';
import {
  type CreateFlagRequest,
  type Flag,
  modelFlagKey,
  type UpdateFlagRequest,
  type Variant,
} from '@valuecanvas/contracts-feature-flags';
import {
  defaultVariantFaults,
  type Prerequisites,
  prerequisiteFaults,
  ruleFaults,
  typeOfVariant,
} from './rule-faults.ts';
import { type Fault, targetingFaults } from './targeting-faults.ts';

/** Editable settings of a flag. */
export type FlagSettings = Pick<
  Flag,
  | 'name'
  | 'description'
  | 'enabled'
  | 'rolloutPercentage'
  | 'targeting'
  | 'variants'
  | 'rules'
  | 'prerequisites'
  | 'defaultVariant'
  | 'bucketBy'
>;

/** Returns the editable settings of a flag. */
export function settingsOf({
  key: _key,
  type: _type,
  version: _version,
  createdAt: _created,
  updatedAt: _updated,
  ...settings
}: Flag): FlagSettings {
  return settings;
}

/** Returns the settings of a new flag. By default it is off, and on for all users when it is switched on. */
export function initialSettings({ key, ...given }: CreateFlagRequest): FlagSettings {
  const initial = {
    name: key,
    description: '',
    enabled: false,
    rolloutPercentage: 100,
    targeting: {},
    rules: [],
    prerequisites: [],
  };
  return withChanges(initial, given);
}

/** Returns the settings after an update. Omitted settings stay, and an empty list of variants removes all variants. */
export function changedSettings(
  current: FlagSettings,
  { version: _version, ...changes }: UpdateFlagRequest,
): FlagSettings {
  return withChanges(current, changes);
}

/** Empty settings are removed: a list of variants, the default variant and the attribute for buckets. */
function withChanges(
  current: FlagSettings,
  { variants: given, ...changes }: Omit<UpdateFlagRequest, 'version'>,
): FlagSettings {
  const merged = { ...current, ...changes };
  const { variants: currentVariants, defaultVariant, bucketBy, ...rest } = merged;
  const variants = given?.map(({ config = {}, ...variant }) => ({ ...variant, config })) ?? currentVariants;
  return {
    ...rest,
    ...(variants && variants.length > 0 ? { variants } : {}),
    ...(defaultVariant ? { defaultVariant } : {}),
    ...(bucketBy ? { bucketBy } : {}),
  };
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
export function checkChange(
  change: SettingsChange,
  refusals: ReadonlyMap<string, string>,
  prerequisites: Prerequisites,
): void {
  const { key, before, after } = change;
  const isNew = (...names: readonly (keyof FlagSettings)[]) =>
    isSwitchedOn(change) || names.some((name) => !isDeepStrictEqual(before?.[name], after[name]));
  const details = [
    ...rolloutFaults(after.rolloutPercentage),
    ...variantFaults(after.variants),
    ...(isNew('targeting') ? targetingFaults(after.targeting) : []),
    ...(isNew('rules', 'variants') ? ruleFaults(after) : []),
    ...(isNew('defaultVariant', 'variants') ? defaultVariantFaults(after) : []),
    ...(isNew('prerequisites') ? prerequisiteFaults(key, after.prerequisites, prerequisites) : []),
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
  return (settings?.variants ?? []).flatMap(({ weight, config, value }, index) => {
    const { model } = typeof value === 'object' ? value : config;
    const field = typeof value === 'object' ? 'value' : 'config';
    return weight > 0 && model !== undefined ? [{ path: `variants.${index}.${field}.model`, model }] : [];
  });
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
  return [
    ...repeated,
    ...variants.flatMap(valueFaults),
    ...(hasWeight ? [] : [{ path: 'variants', message: 'must have a weight above 0' }]),
  ];
}

function valueFaults(variant: Variant, index: number, variants: readonly Variant[]): Fault[] {
  const path = `variants.${index}.value`;
  if (variant.value !== undefined && Object.keys(variant.config).length > 0)
    return [{ path, message: 'excludes config' }];
  const [type, first] = [typeOfVariant(variant), typeOfVariant(variants[0] ?? variant)];
  return type === first ? [] : [{ path, message: `must be of the same type as the first variant: ${first}` }];
}
