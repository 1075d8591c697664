import type { FlagRule } from '@valuecanvas/contracts-feature-flags';

/** An enabled flag that is on for everybody, unless said otherwise. */
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
