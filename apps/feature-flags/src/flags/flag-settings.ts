import type { CreateFlagRequest, Flag, UpdateFlagRequest } from '@valuecanvas/contracts-feature-flags';

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
  { variants, ...changes }: UpdateFlagRequest,
): FlagSettings {
  const { variants: currentVariants, ...rest } = current;
  const kept = variants ?? currentVariants ?? [];
  return { ...rest, ...changes, ...(kept.length === 0 ? {} : { variants: kept }) };
}
