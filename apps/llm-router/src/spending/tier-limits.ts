import { type Tier, tiers, type UserPrincipal } from '@valuecanvas/contracts-core';
import { toNanos } from '@valuecanvas/money';
import type { Budget, RateLimit, Threshold } from '../admission/types.ts';
import { readPlatformThresholds } from './platform-thresholds.ts';
import { type RateSettings, readTierSettings, type TierSettings } from './tier-settings.ts';

/** Prepared limits of one kind of call. */
interface Limits {
  readonly ofRequests: readonly RateLimit[];
  /** Without an amount, which is the maximum number of tokens of each call. */
  readonly ofTokens: readonly Omit<RateLimit, 'amount'>[];
}

/** Limits of one tier. Amounts are nano-dollars; periods are UTC. */
export interface TierLimits {
  readonly day: bigint;
  readonly month: bigint;
  /** Budgets of the user and of the platform. */
  readonly budgets: readonly Budget[];
  /** Alert thresholds of the user and of the platform. */
  readonly thresholds: readonly Threshold[];
  readonly limits: Limits;
  /** For models with their own limits: those of the tier and those of the model. */
  readonly limitsByModel: ReadonlyMap<string, Limits>;
}

export type AllTierLimits = Readonly<Record<Tier, TierLimits>>;

/** Percentages of a budget at which a user gets an alert. */
const warningPercent = 80n;

/**
 * Builds the limits of every tier. `json` is LLM_TIERS, `platform` the budget per day in nano-dollars and the alert thresholds
 * of the platform. Throws ConfigError with all faults.
 */
export function readTierLimits(
  json?: string,
  platform: { readonly perDay?: bigint | undefined; readonly thresholds?: readonly Threshold[] } = {},
): AllTierLimits {
  const settings = readTierSettings(json);
  const thresholds = platform.thresholds ?? readPlatformThresholds();
  const built = tiers.map((tier) => [tier, tierLimits(settings[tier], platform.perDay, thresholds)]);
  return Object.freeze(Object.fromEntries(built)) as AllTierLimits;
}

const none: readonly RateLimit[] = Object.freeze([]);

/** A user's limits, budgets and alert thresholds. */
export interface SpendingRules {
  limits(user: UserPrincipal, model: string, maxTokens: number): readonly RateLimit[];
  budgets(user: UserPrincipal): readonly Budget[];
  thresholds(user: UserPrincipal): readonly Threshold[];
}

export function spendingRules(all: AllTierLimits): SpendingRules {
  return {
    limits: (user, model, maxTokens) => limitsFor(all, user, model, maxTokens),
    budgets: ({ tier }) => all[tier].budgets,
    thresholds: ({ tier }) => all[tier].thresholds,
  };
}

/** Returns the limits of a call; none for admins. `maxTokens` is its maximum number of tokens. */
export function limitsFor(
  all: AllTierLimits,
  { tier, role }: Pick<UserPrincipal, 'tier' | 'role'>,
  model: string,
  maxTokens: number,
): readonly RateLimit[] {
  if (role === 'admin') return none;
  const { limits, limitsByModel } = all[tier];
  const { ofRequests, ofTokens } = limitsByModel.get(model) ?? limits;
  if (ofTokens.length === 0) return ofRequests;
  return [...ofRequests, ...ofTokens.map((limit) => ({ ...limit, amount: maxTokens }))];
}

function tierLimits(
  settings: TierSettings,
  platformPerDay: bigint | undefined,
  platformThresholds: readonly Threshold[],
): TierLimits {
  const day = toNanos(settings.budgetPerDay);
  const month = toNanos(settings.budgetPerMonth);
  const limits = limitsOf(settings);
  const ofModels = Object.entries(settings.models ?? {}).map(
    ([model, rates]) => [model, together(limits, limitsOf(rates, model))] as const,
  );
  return Object.freeze({
    day,
    month,
    budgets: frozenList<Budget>([
      { scope: 'user', period: 'day', limitNanos: day },
      { scope: 'user', period: 'month', limitNanos: month },
      ...(platformPerDay === undefined
        ? []
        : [{ scope: 'platform', period: 'day', limitNanos: platformPerDay } as const]),
    ]),
    thresholds: frozenList([
      ...userThresholds('day', day),
      ...userThresholds('month', month),
      ...platformThresholds,
    ]),
    limits,
    limitsByModel: new Map(ofModels),
  });
}

function userThresholds(period: Threshold['period'], budget: bigint): Threshold[] {
  return [
    { scope: 'user', period, nanos: (budget * warningPercent) / 100n, level: 'warning' },
    { scope: 'user', period, nanos: budget, level: 'critical' },
  ];
}

const windows = [
  { name: 'requestsPerMinute', unit: 'requests', windowMs: 60_000 },
  { name: 'requestsPerHour', unit: 'requests', windowMs: 3_600_000 },
  { name: 'tokensPerMinute', unit: 'tokens', windowMs: 60_000 },
  { name: 'tokensPerHour', unit: 'tokens', windowMs: 3_600_000 },
] as const satisfies readonly { name: keyof RateSettings; unit: RateLimit['unit']; windowMs: number }[];

function limitsOf(rates: RateSettings, model?: string): Limits {
  const limits = windows.flatMap(({ name, unit, windowMs }) => {
    const limit = rates[name];
    return limit === undefined
      ? []
      : [{ name, unit, limit, windowMs, ...(model === undefined ? {} : { model }) }];
  });
  const [ofRequests, ofTokens] = (['requests', 'tokens'] as const).map((unit) =>
    limits.filter((limit) => limit.unit === unit),
  );
  return Object.freeze({
    ofRequests: frozenList((ofRequests ?? []).map((limit) => ({ ...limit, amount: 1 }))),
    ofTokens: frozenList(ofTokens ?? []),
  });
}

function together(a: Limits, b: Limits): Limits {
  return Object.freeze({
    ofRequests: frozenList([...a.ofRequests, ...b.ofRequests]),
    ofTokens: frozenList([...a.ofTokens, ...b.ofTokens]),
  });
}

function frozenList<T>(items: readonly T[]): readonly T[] {
  return Object.freeze(items.map((item) => Object.freeze(item)));
}
