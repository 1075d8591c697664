import type {
  Evaluation,
  FlagRule,
  Prerequisite,
  RolloutRule,
  Variant,
} from '@valuecanvas/contracts-feature-flags';
import { compileBucket, compileChoice, compileRollout } from '@valuecanvas/experiments';
import { compileAttribute, compileCondition, compileTargeting, failuresOf } from './conditions.ts';
import type { EvaluationContext } from './context.ts';

/** Result of an evaluation. It is shared by all callers, so its value must not be modified. */
export type SharedEvaluation = Readonly<Evaluation>;

/** Flag with everything precomputed that does not depend on the context. */
export type CompiledFlag = (context: EvaluationContext) => SharedEvaluation;

/** Returns another flag by its key. */
type Lookup = (key: string) => CompiledFlag | undefined;

/** Part of a flag that can decide an evaluation: its list of users, a rule, or its targeting and rollout. */
interface Step {
  readonly name: string;
  /** Returns undefined if the next step decides. */
  readonly decide: (context: EvaluationContext) => SharedEvaluation | undefined;
  /** Explains why the step does not decide, one text for each reason. */
  readonly explain: (context: EvaluationContext) => readonly string[];
}

/** How a context came to its evaluation. */
export interface Explanation {
  readonly evaluation: SharedEvaluation;
  /** Steps in their order, up to the one that decided. `failures` is empty for that one. */
  readonly steps: readonly { readonly name: string; readonly failures: string[] }[];
  /** Index of the step that decided. Undefined if the default applies. */
  readonly decidedBy: number | undefined;
  /** Value that selects the bucket. Undefined if the context lacks the attribute. */
  readonly unit: string | undefined;
  /** Bucket of the rollout, from 0 to 99,999. A percentage of 1 includes the first 1,000. */
  readonly bucket: number | undefined;
}

interface FlagParts {
  readonly steps: readonly Step[];
  readonly otherwise: SharedEvaluation;
  readonly unitOf: UnitReader;
}

type UnitReader = (context: EvaluationContext) => string | undefined;

/**
 * Compiles a flag. An evaluation checks in this order: a disabled flag is off, unmet prerequisites leave the default, a listed
 * user gets the flag, the first rule that applies decides, and targeting and rollout decide for the rest. An evaluation
 * allocates nothing that outlives it.
 */
export function compileFlag(rule: FlagRule, lookup: Lookup = () => undefined): CompiledFlag {
  const { steps, otherwise } = partsOf(rule, lookup);
  const [only, ...more] = steps;
  // Most flags have one step, and a loop would cost them a third of their time.
  if (more.length === 0) return (context) => only?.decide(context) ?? otherwise;
  return (context) => {
    for (const { decide } of steps) {
      const decided = decide(context);
      if (decided) return decided;
    }
    return otherwise;
  };
}

/** Evaluates a flag once. To evaluate the same flag repeatedly, keep the result of `compileFlag(rule)`. */
export function evaluateFlag(rule: FlagRule, context: EvaluationContext): SharedEvaluation {
  return compileFlag(rule)(context);
}

/**
 * Compiled flags by key. They know each other, for their prerequisites. In a cycle, which concurrent changes of two flags could
 * leave behind, no prerequisite is met.
 */
export function compileFlags(rules: readonly FlagRule[]): ReadonlyMap<string, CompiledFlag> {
  const byKey = new Map(rules.map((rule) => [rule.key, rule]));
  const flags = new Map<string, CompiledFlag>();
  for (const rule of rules) {
    const lookup: Lookup = requires(rule, rule.key, byKey) ? () => undefined : (key) => flags.get(key);
    flags.set(rule.key, compileFlag(rule, lookup));
  }
  return flags;
}

/** Returns true if a flag has another one among its prerequisites, or among theirs. */
function requires(
  { prerequisites = [] }: FlagRule,
  wanted: string,
  flags: ReadonlyMap<string, FlagRule>,
  visited: Set<string> = new Set(),
): boolean {
  return prerequisites.some(({ key }) => {
    if (key === wanted) return true;
    const next = flags.get(key);
    if (!next || visited.has(key)) return false;
    visited.add(key);
    return requires(next, wanted, flags, visited);
  });
}

/** Explains the evaluation of a flag among others. */
export function explainFlag(
  rule: FlagRule,
  flags: ReadonlyMap<string, CompiledFlag>,
  context: EvaluationContext,
): Explanation {
  const { steps, otherwise, unitOf } = partsOf(rule, (key) => flags.get(key));
  const decisions = steps.map((step) => ({ step, decided: step.decide(context) }));
  const end = decisions.findIndex(({ decided }) => decided !== undefined);
  const reached = end < 0 ? decisions : decisions.slice(0, end + 1);
  const unit = unitOf(context);
  return {
    evaluation: decisions[end]?.decided ?? otherwise,
    steps: reached.map(({ step, decided }) => ({
      name: step.name,
      failures: decided === undefined ? [...step.explain(context)] : [],
    })),
    decidedBy: end < 0 ? undefined : end,
    unit,
    bucket: unit === undefined ? undefined : compileBucket(rule.salt)(unit),
  };
}

function partsOf(rule: FlagRule, lookup: Lookup): FlagParts {
  const { salt, rolloutPercentage, rules = [], prerequisites = [] } = rule;
  const unitOf = compileUnit(rule.bucketBy);
  if (!rule.enabled) {
    const disabled = off('DISABLED');
    return { steps: [stepThatDecides('The flag is disabled', disabled)], otherwise: disabled, unitOf };
  }
  const otherwise = defaultOf(rule, 'DEFAULT');
  const parts: RuleParts = { rule, unitOf };
  const listed = new Set(rule.targeting.userIds);
  const steps = [
    ...prerequisites.map((prerequisite) => prerequisiteStep(prerequisite, lookup, otherwise)),
    ...(listed.size > 0 ? [listStep(parts, listed)] : []),
    ...rules.map((each, index) => ruleStep(parts, each, index)),
    baseStep(parts, compileRollout(salt, rolloutPercentage)),
  ];
  return { steps, otherwise, unitOf };
}

interface RuleParts {
  readonly rule: FlagRule;
  readonly unitOf: UnitReader;
}

function stepThatDecides(name: string, evaluation: SharedEvaluation): Step {
  return { name, decide: () => evaluation, explain: () => [] };
}

function prerequisiteStep(
  { key, variants }: Prerequisite,
  lookup: Lookup,
  otherwise: SharedEvaluation,
): Step {
  const isMet = (context: EvaluationContext) => {
    const evaluation = lookup(key)?.(context);
    if (!evaluation) return false;
    return variants
      ? evaluation.variant !== null && variants.includes(evaluation.variant)
      : evaluation.enabled;
  };
  return {
    name: `Prerequisite ${key}`,
    decide: (context) => (isMet(context) ? undefined : otherwise),
    explain: () => [],
  };
}

function listStep({ rule }: RuleParts, listed: ReadonlySet<string>): Step {
  const serve = compileOn(rule, 'TARGETING_MATCH');
  return {
    name: 'List of users',
    decide: ({ targetingKey }) => (listed.has(targetingKey) ? serve(targetingKey) : undefined),
    explain: () => ['the user is not listed'],
  };
}

const noUnit = 'the context lacks the attribute that selects the bucket';

/** A rule needs a unit if it applies to a part of the contexts, or if weights select its variant. */
function ruleStep(
  { rule, unitOf }: RuleParts,
  { name, when, percentage = 100, variant }: RolloutRule,
  index: number,
): Step {
  const condition = compileCondition(when);
  const isIn = compileRollout(rule.salt, percentage);
  const isPartial = percentage < 100;
  const serve = serverOf(rule, variant, isPartial ? 'SPLIT' : 'TARGETING_MATCH');
  const needsUnit = isPartial || (variant === undefined && rule.variants !== undefined);
  return {
    name: name ? `Rule ${index + 1}: ${name}` : `Rule ${index + 1}`,
    decide(context) {
      if (!condition.holds(context)) return undefined;
      const unit = unitOf(context);
      if (unit === undefined) return needsUnit ? undefined : serve('');
      return isIn(unit) ? serve(unit) : undefined;
    },
    explain(context) {
      const failures = condition.explain(context);
      if (failures.length > 0 || !condition.holds(context)) return failures;
      return [unitOf(context) === undefined ? noUnit : `its bucket is outside the first ${percentage} %`];
    },
  };
}

/** Targeting and rollout of the flag, which decide if no rule does. */
function baseStep({ rule, unitOf }: RuleParts, isIn: (unit: string) => boolean): Step {
  const conditions = compileTargeting(rule.targeting);
  const { rolloutPercentage } = rule;
  const serve = compileOn(rule, reasonOf(rule, conditions.length > 0));
  const notInRollout = isPartial(rule) ? defaultOf(rule, 'SPLIT') : defaultOf(rule, 'DEFAULT');
  const needsUnit = rolloutPercentage < 100 || rule.variants !== undefined;
  const isEligible = (context: EvaluationContext) => conditions.every(({ holds }) => holds(context));
  return {
    name: 'Targeting and rollout',
    decide(context) {
      if (!isEligible(context)) return undefined;
      const unit = unitOf(context);
      if (unit === undefined) return needsUnit ? undefined : serve('');
      return isIn(unit) ? serve(unit) : notInRollout;
    },
    explain: (context) => (isEligible(context) ? [noUnit] : failuresOf(conditions, context)),
  };
}

function compileUnit(bucketBy: string | undefined): UnitReader {
  if (bucketBy === undefined) return ({ targetingKey }) => targetingKey;
  const read = compileAttribute(bucketBy);
  return (context) => {
    const unit = read(context);
    if (typeof unit === 'string') return unit;
    return typeof unit === 'number' ? String(unit) : undefined;
  };
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

/** The default variant. It does not turn the flag on: nothing has selected the context. */
function defaultOf(
  { variants = [], defaultVariant }: FlagRule,
  reason: Evaluation['reason'],
): SharedEvaluation {
  const variant = variants.find(({ name }) => name === defaultVariant);
  if (!variant) return off(reason);
  return Object.freeze({ enabled: false, variant: variant.name, value: variantValue(variant), reason });
}

function variantValue({ value, config }: Variant): unknown {
  return value ?? config;
}

/** A boolean flag with variants is on if its value is. All other variants turn their flag on. */
function formOf(variant: Variant, reason: Evaluation['reason']): SharedEvaluation {
  const value = variantValue(variant);
  return Object.freeze({ enabled: value !== false, variant: variant.name, value, reason });
}

/** Serves a certain variant, or the one that weights select. */
function serverOf(rule: FlagRule, name: string | undefined, reason: Evaluation['reason']) {
  const variant = rule.variants?.find((each) => each.name === name);
  if (!variant) return compileOn(rule, reason);
  const form = formOf(variant, reason);
  return () => form;
}

function compileOn(
  { salt, variants }: FlagRule,
  reason: Evaluation['reason'],
): (unit: string) => SharedEvaluation {
  const plain: SharedEvaluation = Object.freeze({ enabled: true, variant: null, value: true, reason });
  if (!variants) return () => plain;
  const choose = compileChoice(
    salt,
    variants.map(({ weight }) => weight),
  );
  const forms = variants.map((variant) => formOf(variant, reason));
  return (unit) => forms[choose(unit)] ?? plain;
}
