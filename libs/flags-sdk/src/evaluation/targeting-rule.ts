import type { TargetingRule } from '@valuecanvas/contracts-feature-flags';
import type { EvaluationContext } from './context.ts';

/** Whether an attribute stands in a relation to one value of a rule. */
type Relation = (actual: unknown, expected: TargetingRule['values'][number]) => boolean;

interface Operator {
  readonly relation: Relation;
  readonly negated?: boolean;
}

const same: Relation = (actual, expected) => actual === expected;

const texts =
  (compare: (actual: string, expected: string) => boolean): Relation =>
  (actual, expected) =>
    typeof actual === 'string' && typeof expected === 'string' && compare(actual, expected);

const numbers =
  (compare: (actual: number, expected: number) => boolean): Relation =>
  (actual, expected) =>
    typeof actual === 'number' && typeof expected === 'number' && compare(actual, expected);

const textContains = texts((actual, expected) => actual.includes(expected));

const contains: Relation = (actual, expected) =>
  Array.isArray(actual) ? actual.includes(expected) : textContains(actual, expected);

/** An operator holds where its relation does for one of the values; a negated one, for none of them. */
const operators: Record<TargetingRule['operator'], { readonly relation: Relation; readonly negated?: true }> =
  {
    equals: { relation: same },
    notEquals: { relation: same, negated: true },
    in: { relation: same },
    notIn: { relation: same, negated: true },
    contains: { relation: contains },
    startsWith: { relation: texts((actual, expected) => actual.startsWith(expected)) },
    endsWith: { relation: texts((actual, expected) => actual.endsWith(expected)) },
    greaterThan: { relation: numbers((actual, expected) => actual > expected) },
    lessThan: { relation: numbers((actual, expected) => actual < expected) },
  };

/** Nothing is known of an operator that a newer service has brought: such a rule lets nobody in. */
const unknownOperator: Operator = { relation: () => false };

/**
 * Whether a context meets a rule. Nothing is converted: "5" is not 5. Who lacks the attribute meets no rule that
 * asks for it, a negated one neither.
 */
export function compileTargetingRule(rule: TargetingRule): (context: EvaluationContext) => boolean {
  const { relation, negated = false } = operators[rule.operator] ?? unknownOperator;
  const read = compileAttribute(rule.attribute);
  return (context) => {
    const actual = read(context);
    if (actual === undefined || actual === null) return false;
    return rule.values.some((expected) => relation(actual, expected)) !== negated;
  };
}

/** A context's own fields cannot be overridden by attributes of the same name. */
function compileAttribute(name: string): (context: EvaluationContext) => unknown {
  switch (name) {
    case 'targetingKey':
    case 'tier':
    case 'role':
    case 'country':
      return (context) => context[name];
    default:
      return ({ attributes = {} }) => (Object.hasOwn(attributes, name) ? attributes[name] : undefined);
  }
}
