import type { Evaluation, FlagRule } from '@valuecanvas/contracts-feature-flags';
import { compileChoice, compileRollout } from '@valuecanvas/experiments';
import type { EvaluationContext } from './context.ts';
import { compileConditions } from './targeting.ts';

/** Result of an evaluation. It is shared by all callers, so its value must not be modified. */
export type SharedEvaluation = Readonly<Evaluation>;

/** Flag with everything precomputed that does not depend on the context. */
export type CompiledFlag = (context: EvaluationContext) => SharedEvaluation;

/**
 * Compiles a flag. An evaluation checks in this order: a disabled flag is off, a listed user gets the flag, a user who
 * fails a condition does not, and the rollout decides for the rest. An evaluation allocates nothing that outlives it.
 */
export function compileFlag(rule: FlagRule): CompiledFlag {
  const disabled = off('DISABLED');
  if (!rule.enabled) return () => disabled;

  const listed = new Set(rule.targeting.userIds);
  const conditions = compileConditions(rule.targeting);
  const isInRollout = compileRollout(rule.salt, rule.rolloutPercentage);
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

/** Evaluates a flag once. To evaluate the same flag repeatedly, keep the result of `compileFlag(rule)`. */
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
  const choose = compileChoice(
    salt,
    variants.map(({ weight }) => weight),
  );
  const forms = variants.map(({ name, config }) =>
    Object.freeze({ enabled: true, variant: name, value: config, reason }),
  );
  return (targetingKey) => forms[choose(targetingKey)] ?? plain;
}
