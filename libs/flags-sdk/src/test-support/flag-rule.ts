import type { FlagRule } from '@valuecanvas/contracts-feature-flags';

/** Returns an enabled flag that is on for all users, unless stated otherwise. */
export function flagRule(settings: Partial<FlagRule> = {}): FlagRule {
  return {
    key: 'checkout',
    enabled: true,
    rolloutPercentage: 100,
    targeting: {},
    salt: 'checkout.v1',
    version: 1,
    ...settings,
  };
}
