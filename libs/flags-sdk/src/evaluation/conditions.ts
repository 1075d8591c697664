import type { Comparison, FlagCondition, Targeting } from '@valuecanvas/contracts-feature-flags';
import type { EvaluationContext } from './context.ts';
import { compileComparison } from './operators.ts';

/** Condition on a context. */
export interface CompiledCondition {
  readonly holds: (context: EvaluationContext) => boolean;
  /** Explains a condition that does not hold: the comparisons that fail, one text each. */
  readonly explain: (context: EvaluationContext) => readonly string[];
}

/** Conditions that a context must meet to get a flag by its targeting. An empty list means that all contexts can get it. */
export function compileTargeting({ tiers, countries, rules = [] }: Targeting): readonly CompiledCondition[] {
  const listed = (attribute: string, values: string[] | undefined) =>
    values ? [compileListed(attribute, values)] : [];
  return [
    ...listed('tier', tiers),
    ...listed('country', countries),
    ...rules.map((rule) => compileLeaf(rule)),
  ];
}

/** Unlike a comparison, a list may be empty: then no context matches. */
function compileListed(attribute: string, values: readonly string[]): CompiledCondition {
  return compileLeaf({ attribute, operator: 'in', values: [...values] });
}

/** Compiles a condition. One that has no form, as a newer release may have stored it, holds for no context. */
export function compileCondition(condition: FlagCondition): CompiledCondition {
  const { attribute, operator, values, ignoreCase, all, any, not } = condition;
  if (attribute !== undefined && operator !== undefined && values !== undefined) {
    return compileLeaf({ attribute, operator, values, ...(ignoreCase === undefined ? {} : { ignoreCase }) });
  }
  if (all) return allOf(all.map(compileCondition));
  if (any) return anyOf(any.map(compileCondition));
  if (not) return negationOf(compileCondition(not));
  return { holds: () => false, explain: () => ['the condition is unknown'] };
}

function allOf(parts: readonly CompiledCondition[]): CompiledCondition {
  return {
    holds: (context) => parts.every(({ holds }) => holds(context)),
    explain: (context) => failuresOf(parts, context),
  };
}

function anyOf(parts: readonly CompiledCondition[]): CompiledCondition {
  const holds = (context: EvaluationContext) => parts.some((part) => part.holds(context));
  return { holds, explain: (context) => (holds(context) ? [] : failuresOf(parts, context)) };
}

function negationOf({ holds }: CompiledCondition): CompiledCondition {
  return {
    holds: (context) => !holds(context),
    explain: (context) => (holds(context) ? ['a condition holds that must not'] : []),
  };
}

/** Explains all conditions of a list that do not hold. */
export function failuresOf(
  conditions: readonly CompiledCondition[],
  context: EvaluationContext,
): readonly string[] {
  return conditions.flatMap(({ explain }) => explain(context));
}

function compileLeaf(comparison: Comparison): CompiledCondition {
  const { attribute, operator, values } = comparison;
  const read = compileAttribute(attribute);
  const { matches, mismatch } = compileComparison(comparison);
  return {
    holds: (context) => matches(read(context)),
    explain(context) {
      const actual = read(context);
      if (matches(actual)) return [];
      const text = `${attribute} ${operator} ${values.map((value) => JSON.stringify(value)).join(', ')}`;
      return [`${text}: ${mismatch(actual) ?? `${attribute} is ${JSON.stringify(actual)}`}`];
    },
  };
}

/** Returns the reader of an attribute. Fields of the context cannot be replaced by attributes of the same name. */
export function compileAttribute(name: string): (context: EvaluationContext) => unknown {
  switch (name) {
    case 'targetingKey':
    case 'tier':
    case 'role':
    case 'country':
      return (context) => context[name];
    default:
      return ({ attributes }) =>
        attributes && Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  }
}
