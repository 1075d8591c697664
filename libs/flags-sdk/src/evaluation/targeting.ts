import type { Targeting } from '@valuecanvas/contracts-feature-flags';
import type { EvaluationContext } from './context.ts';
import { compileTargetingRule } from './targeting-rule.ts';

type Condition = (context: EvaluationContext) => boolean;

/** Conditions that a context must meet to get a flag. An empty list means that all contexts can get it. */
export function compileConditions({ tiers, countries, rules = [] }: Targeting): readonly Condition[] {
  const conditions = rules.map(compileTargetingRule);
  if (countries) conditions.unshift(({ country }) => isListed(countries, country));
  if (tiers) conditions.unshift(({ tier }) => isListed(tiers, tier));
  return conditions;
}

function isListed(names: readonly string[], name: string | undefined): boolean {
  return name !== undefined && names.includes(name);
}
