import type { Evaluation, FlagRule } from '@valuecanvas/contracts-feature-flags';
import type { EvaluationContext } from './context.ts';
import { compileRollout } from './rollout.ts';
import { compileConditions } from './targeting.ts';
import { compileVariantChoice } from './variant-choice.ts';

/** Shared by all callers of a flag: read it, don't write into its value. */
export type SharedEvaluation = Readonly<Evaluation>;

/** Everything about a flag that does not depend on the context, worked out once. */
export type CompiledFlag = (context: EvaluationContext) => SharedEvaluation;

/**
 * In this order: a disabled flag is off for everybody; a listed user has it; whoever misses one of the conditions does
 * not; the rollout decides on the rest. An evaluation allocates nothing that outlives it.
 */
export function compileFlag(rule: FlagRule): CompiledFlag {
  const disabled = off('DISABLED');
  if (!rule.enabled) return () => disabled;

  const listed = new Set(rule.targeting.userIds);
  const conditions = compileConditions(rule.targeting);
  const isInRollout = compileRollout(rule);
  const forListed = compileOn(rule, 'TARGETING_MATCH');
  const forOthers = compileOn(rule, reasonOf(rule, conditions.length > 0));
  const notEligible = off('DEFAULT');
  const notInRollout = off(isPartial(rule) ? 'SPLIT' : 'DEFAULT');

  return (context) => {
    const { targetingKey } = context;
    if (listed.has(targetingKey)) return forListed(targetingKey);
    if (!conditions.every((holds) => holds(context))) return notEligible;
    return isInRollout(targetingKey) ? forOthers(targetingKey) : notInRollout;
  };
}

/** One evaluation of a rule; where the same rule is evaluated again, keep `compileFlag(rule)` instead. */
export function evaluateFlag(rule: FlagRule, context: EvaluationContext): SharedEvaluation {
  return compileFlag(rule)(context);
}

/** Compiled flags by key. */
export function compileFlags(rules: readonly FlagRule[]): ReadonlyMap<string, CompiledFlag> {
  return new Map(rules.map((rule) => [rule.key, compileFlag(rule)]));
}

function reasonOf(rule: FlagRule, hasConditions: boolean): Evaluation['reason'] {
  if (isPartial(rule) || rule.variants) return 'SPLIT';
  return hasConditions ? 'TARGETING_MATCH' : 'STATIC';
}

function isPartial({ rolloutPercentage }: FlagRule): boolean {
  return rolloutPercentage > 0 && rolloutPercentage < 100;
}

function off(reason: Evaluation['reason']): SharedEvaluation {
  return Object.freeze({ enabled: false, variant: null, value: false, reason });
}

function compileOn(
  { salt, variants }: FlagRule,
  reason: Evaluation['reason'],
): (targetingKey: string) => SharedEvaluation {
  const plain: SharedEvaluation = Object.freeze({ enabled: true, variant: null, value: true, reason });
  if (!variants) return () => plain;
  const choose = compileVariantChoice(salt, variants);
  const forms = variants.map(({ name, config }) =>
    Object.freeze({ enabled: true, variant: name, value: config, reason }),
  );
  return (targetingKey) => forms[choose(targetingKey)] ?? plain;
}
