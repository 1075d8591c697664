import type { Tier } from '@valuecanvas/contracts-core';

const nanosPerDollar = 1_000_000_000n;

/** What a user of each tier may spend, in nano-dollars per UTC day and month. */
export const tierBudgets: Readonly<Record<Tier, { readonly day: bigint; readonly month: bigint }>> = {
  free: { day: nanosPerDollar / 2n, month: 5n * nanosPerDollar },
  basic: { day: 2n * nanosPerDollar, month: 20n * nanosPerDollar },
  pro: { day: 10n * nanosPerDollar, month: 100n * nanosPerDollar },
  enterprise: { day: 100n * nanosPerDollar, month: 1_000n * nanosPerDollar },
};
