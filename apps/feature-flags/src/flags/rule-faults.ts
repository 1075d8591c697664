import type {
  Flag,
  FlagCondition,
  Prerequisite,
  RolloutRule,
  Variant,
} from '@valuecanvas/contracts-feature-flags';
import { valueFault } from '@valuecanvas/flags-sdk';
import type { Fault } from './targeting-faults.ts';

/** Returns the faults of rules that match the contract but cannot be evaluated as they are meant. */
export function ruleFaults({ rules, variants = [] }: Pick<Flag, 'rules' | 'variants'>): Fault[] {
  const names = variants.map(({ name }) => name);
  return rules.flatMap((rule, index) => {
    const path = `rules.${index}`;
    return [
      ...conditionFaults(`${path}.when`, rule.when),
      ...percentageFaults(`${path}.percentage`, rule),
      ...unknownVariant(`${path}.variant`, names, rule.variant),
    ];
  });
}

export function defaultVariantFaults({
  defaultVariant,
  variants = [],
}: Pick<Flag, 'defaultVariant' | 'variants'>): Fault[] {
  const names = variants.map(({ name }) => name);
  return unknownVariant('defaultVariant', names, defaultVariant);
}

function unknownVariant(path: string, names: readonly string[], variant: string | undefined): Fault[] {
  if (variant === undefined || names.includes(variant)) return [];
  const known = names.length > 0 ? `The variants are ${names.join(', ')}.` : 'The flag has no variants.';
  return [{ path, message: `names no variant of the flag. ${known}` }];
}

function percentageFaults(path: string, { percentage = 100 }: RolloutRule): Fault[] {
  const isExact = Math.round(percentage * 1_000) / 1_000 === percentage;
  return isExact ? [] : [{ path, message: 'must have at most three decimals' }];
}

function conditionFaults(path: string, condition: FlagCondition): Fault[] {
  const { attribute, operator, values, ignoreCase, all, any, not } = condition;
  const isComparison = [attribute, operator, values, ignoreCase].some((part) => part !== undefined);
  const combinations = [all, any, not].filter((part) => part !== undefined);
  if (combinations.length + (isComparison ? 1 : 0) !== 1) {
    const message = 'must have either attribute, operator and values, or one of all, any and not';
    return [{ path, message }];
  }
  if (all) return all.flatMap((part, index) => conditionFaults(`${path}.all.${index}`, part));
  if (any) return any.flatMap((part, index) => conditionFaults(`${path}.any.${index}`, part));
  if (not) return conditionFaults(`${path}.not`, not);
  if (attribute === undefined || operator === undefined || values === undefined)
    return [{ path, message: 'must have attribute, operator and values' }];
  return values.flatMap((value, index) => {
    const message = valueFault({ attribute, operator, values }, value);
    return message === undefined ? [] : [{ path: `${path}.values.${index}`, message }];
  });
}

/** Returns the type of a variant's value, which is an object if the variant has a configuration. */
export function typeOfVariant({ value }: Pick<Variant, 'value'>): 'boolean' | 'string' | 'number' | 'object' {
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  return typeof value === 'number' ? 'number' : 'object';
}

/** Prerequisites of each flag, by key. */
export type Prerequisites = ReadonlyMap<string, readonly Prerequisite[]>;

/** Returns the faults of a flag's prerequisites: unknown flags, and cycles. */
export function prerequisiteFaults(
  key: string,
  prerequisites: readonly Prerequisite[],
  known: Prerequisites,
): Fault[] {
  return prerequisites.flatMap((prerequisite, index) => {
    const fault = (message: string) => [{ path: `prerequisites.${index}.key`, message }];
    if (prerequisite.key !== key && !known.has(prerequisite.key)) return fault('names no flag');
    const cycle = pathBetween(prerequisite.key, key, known);
    return cycle ? fault(`forms a cycle: ${[key, ...cycle].join(' needs ')}`) : [];
  });
}

/** Returns the keys from one flag to another along prerequisites, or undefined. */
function pathBetween(from: string, to: string, known: Prerequisites): readonly string[] | undefined {
  const visited = new Set<string>();
  const walk = (at: string): readonly string[] | undefined => {
    if (at === to) return [at];
    if (visited.has(at)) return undefined;
    visited.add(at);
    for (const { key } of known.get(at) ?? []) {
      const rest = walk(key);
      if (rest) return [at, ...rest];
    }
    return undefined;
  };
  return walk(from);
}
