import { strictObject, type Tier, tiers } from '@valuecanvas/contracts-core';
import { toNanos } from '@valuecanvas/money';
import { ConfigError } from '@valuecanvas/service-kit';
import Type, { type Static } from 'typebox';
import { readJsonSetting } from './json-setting.ts';

const Count = Type.Optional(Type.Integer({ minimum: 0 }));
const Dollars = Type.Optional(Type.Number({ minimum: 0 }));

const rates = {
  requestsPerHour: Count,
  requestsPerMinute: Count,
  tokensPerHour: Count,
  tokensPerMinute: Count,
};
const RateSettings = strictObject(rates);

/** A limit per window. */
export type RateSettings = Static<typeof RateSettings>;

const TierSettings = strictObject({
  ...rates,
  budgetPerDay: Dollars,
  budgetPerMonth: Dollars,
  models: Type.Optional(Type.Record(Type.String(), RateSettings)),
});

const AllSettings = strictObject({
  free: Type.Optional(TierSettings),
  basic: Type.Optional(TierSettings),
  pro: Type.Optional(TierSettings),
  enterprise: Type.Optional(TierSettings),
} satisfies Record<Tier, unknown>);

/** Settings of a tier, in dollars, with optional limits per model. */
export type TierSettings = Static<typeof TierSettings> & {
  readonly budgetPerDay: number;
  readonly budgetPerMonth: number;
};

const defaults: Readonly<Record<Tier, TierSettings>> = {
  free: { requestsPerHour: 10, budgetPerDay: 0.5, budgetPerMonth: 5 },
  basic: { requestsPerHour: 50, budgetPerDay: 2, budgetPerMonth: 20 },
  pro: { requestsPerHour: 100, budgetPerDay: 10, budgetPerMonth: 100 },
  enterprise: { requestsPerHour: 1_000, budgetPerDay: 100, budgetPerMonth: 1_000 },
};

/** Merges LLM_TIERS (JSON) over the defaults. Throws ConfigError with all faults. */
export function readTierSettings(json = '{}'): Readonly<Record<Tier, TierSettings>> {
  const named = readJsonSetting('LLM_TIERS', AllSettings, json);
  const settings = Object.fromEntries(
    tiers.map((tier) => [tier, { ...defaults[tier], ...named[tier] }]),
  ) as Record<Tier, TierSettings>;
  const inexact = tiers.flatMap((tier) => budgetFaults(tier, settings[tier]));
  if (inexact.length > 0) throw new ConfigError(inexact);
  return settings;
}

/** Checks that amounts are whole nano-dollars. */
function budgetFaults(tier: Tier, { budgetPerDay, budgetPerMonth }: TierSettings): string[] {
  return Object.entries({ budgetPerDay, budgetPerMonth }).flatMap(([name, dollars]) => {
    try {
      toNanos(dollars);
      return [];
    } catch (error) {
      return [`LLM_TIERS.${tier}.${name}: ${(error as Error).message}`];
    }
  });
}
