import type { TargetingRule } from '@valuecanvas/contracts-feature-flags';
import type { EvaluationContext } from './context.ts';

/** Compares an attribute with one value of a rule. */
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

/** An operator matches if its comparison matches any value. A negated operator matches if it matches none. */
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

/** Rule with an operator of a newer release, which this one does not know. It matches no context. */
const unknownOperator: Operator = { relation: () => false };

/**
 * Returns a function that checks a context against a rule. Types are not converted: "5" is not 5. A context without the
 * attribute matches no rule on it, not even a negated one.
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

/** Fields of the context, which attributes of the same name cannot override. */
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
