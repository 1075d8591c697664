import { tiers } from '@valuecanvas/contracts-core';
import { suppliedAttributes, type Targeting, type TargetingRule } from '@valuecanvas/contracts-feature-flags';
import { compileFlags } from '@valuecanvas/flags-sdk';

export interface Fault {
  readonly path: string;
  readonly message: string;
}

const equality: readonly TargetingRule['operator'][] = ['equals', 'in', 'notEquals', 'notIn'];
const textOperators: readonly TargetingRule['operator'][] = [
  ...equality,
  'contains',
  'startsWith',
  'endsWith',
];
const positiveEquality: readonly TargetingRule['operator'][] = ['equals', 'in'];

/** Returns the faults of targeting that can never match, because evaluations do not supply what it compares. */
export function targetingFaults(targeting: Targeting): Fault[] {
  const faults = [...countryFaults(targeting), ...(targeting.rules ?? []).flatMap(ruleFaults)];
  return faults.length > 0 ? faults : contradictions(targeting);
}

const supplied = `Evaluations supply ${suppliedAttributes.join(', ')}.`;

function countryFaults({ countries }: Targeting): Fault[] {
  return countries === undefined
    ? []
    : [{ path: 'targeting.countries', message: `can never match: no country is known. ${supplied}` }];
}

function ruleFaults({ attribute, operator, values }: TargetingRule, index: number): Fault[] {
  const fault = (field: string, message: string) => [{ path: `targeting.rules.${index}.${field}`, message }];
  if (!suppliedAttributes.some((name) => name === attribute))
    return fault('attribute', `can never match: "${attribute}" is unknown. ${supplied}`);
  if (operator === 'greaterThan' || operator === 'lessThan')
    return fault('operator', `can never match: ${attribute} is a text, not a number.`);
  if (!textOperators.includes(operator))
    return fault('operator', `is for rules. Targeting has ${textOperators.join(', ')}.`);
  if (!values.every((value) => typeof value === 'string'))
    return fault('values', `must be strings, because ${attribute} is a text.`);
  const unknownTier = values.find((value) => !tiers.some((tier) => tier === value));
  if (attribute === 'tier' && equality.includes(operator) && unknownTier !== undefined)
    return fault('values', `"${unknownTier}" is not a tier. The tiers are ${tiers.join(', ')}.`);
  return [];
}

/** Conditions that exclude each other. Listed users get the flag regardless of them, so a list makes them useful. */
function contradictions({ userIds = [], tiers: allowed, rules = [] }: Targeting): Fault[] {
  if (userIds.length > 0) return [];
  return suppliedAttributes.flatMap((attribute) => {
    const own = rules.filter((rule) => rule.attribute === attribute);
    const targeting: Targeting = {
      rules: own,
      ...(attribute === 'tier' && allowed !== undefined ? { tiers: allowed } : {}),
    };
    const candidates = candidatesFor(attribute, own);
    if (candidates === undefined || candidates.some((value) => matches(targeting, attribute, value)))
      return [];
    const path = own.length > 0 ? 'targeting.rules' : 'targeting.tiers';
    return [{ path, message: `can never match: no ${attribute} meets all conditions.` }];
  });
}

/** All values that can meet the rules on an attribute. Undefined if there is no end to them. */
function candidatesFor(attribute: string, rules: readonly TargetingRule[]): readonly string[] | undefined {
  if (attribute === 'tier') return tiers;
  return rules.find(({ operator }) => positiveEquality.includes(operator))?.values.map(String);
}

function matches(targeting: Targeting, attribute: string, value: string): boolean {
  const flag = { key: 'a', enabled: true, rolloutPercentage: 100, targeting, salt: '', version: 1 };
  const evaluate = compileFlags([flag]).get(flag.key);
  return evaluate?.({ targetingKey: '', [attribute]: value }).enabled === true;
}
