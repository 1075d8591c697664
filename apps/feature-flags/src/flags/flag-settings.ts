import type { CreateFlagRequest, Flag, UpdateFlagRequest } from '@valuecanvas/contracts-feature-flags';

/** What people can set on a flag. */
export type FlagSettings = Pick<
  Flag,
  'name' | 'description' | 'enabled' | 'rolloutPercentage' | 'targeting' | 'variants'
>;

/** The settings of a new flag: off until it is switched on, and then on for everybody, unless said otherwise. */
export function initialSettings({ key, ...given }: CreateFlagRequest): FlagSettings {
  return { name: key, description: '', enabled: false, rolloutPercentage: 100, targeting: {}, ...given };
}

/** The settings after an update, which names only what changes; an empty list of variants removes them. */
export function changedSettings(
  current: FlagSettings,
  { variants, ...changes }: UpdateFlagRequest,
): FlagSettings {
  const { variants: currentVariants, ...rest } = current;
  const kept = variants ?? currentVariants ?? [];
  return { ...rest, ...changes, ...(kept.length === 0 ? {} : { variants: kept }) };
}
