import type { Evaluation, FlagRule } from '@valuecanvas/contracts-feature-flags';
import type { EvaluationContext } from './context.ts';
import { murmur3After } from './murmur3.ts';
import { compileConditions } from './targeting.ts';
import { compileVariantChoice } from './variant-choice.ts';

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
  const choose = compileVariantChoice(salt, variants);
  const forms = variants.map(({ name, config }) =>
    Object.freeze({ enabled: true, variant: name, value: config, reason }),
  );
  return (targetingKey) => forms[choose(targetingKey)] ?? plain;
}

/** Number of buckets: a rollout has a resolution of a thousandth of a percent. */
const buckets = 100_000;

const hashes = 2 ** 32;

/**
 * Returns true if a targeting key is in a flag's rollout. A key keeps its bucket as long as the flag keeps its salt, so
 * a user who is included at 10 % is also included at 20 %.
 */
function compileRollout({ salt, rolloutPercentage }: FlagRule): (targetingKey: string) => boolean {
  if (rolloutPercentage >= 100) return () => true;
  const bucketOf = compileBucket(salt);
  const open = Math.round((rolloutPercentage / 100) * buckets);
  return (targetingKey) => bucketOf(targetingKey) < open;
}

/** Returns the bucket of a targeting key, from 0 to 99,999. Scaling the whole hash makes all buckets equally likely. */
export function compileBucket(salt: string): (targetingKey: string) => number {
  const hash = murmur3After(`${salt}:rollout:`);
  // Exact arithmetic: the product stays below 2^53 and the divisor is a power of two.
  return (targetingKey) => Math.floor((hash(targetingKey) * buckets) / hashes);
}
