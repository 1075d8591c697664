import { BlockList, isIP } from 'node:net';
import type { Comparison } from '@valuecanvas/contracts-feature-flags';
import { RE2JS } from 're2js';
import { compare, parse as parseVersion, type SemVer } from 'semver';

type Value = Comparison['values'][number];

/** Compares the attribute of a context with the values of a condition. */
interface Operator<A, E> {
  /** Description of the attributes that it compares, for explanations. */
  readonly compares: string;
  /** Returns undefined for an attribute of another type, which never matches. */
  readonly read: (actual: unknown, ignoreCase: boolean) => A | undefined;
  /** Returns undefined for a value that can never match, which is refused when it is stored. */
  readonly parse: (value: Value, ignoreCase: boolean) => E | undefined;
  readonly test: (actual: A, expected: E) => boolean;
  /** True if the operator matches attributes that match none of the values. */
  readonly negated?: true;
}

const folded = (value: Value, ignoreCase: boolean): Value =>
  ignoreCase && typeof value === 'string' ? value.toLowerCase() : value;

const isScalar = (value: unknown): value is Value =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const equality: Operator<Value, Value> = {
  compares: 'texts, numbers and booleans',
  read: (actual, ignoreCase) => (isScalar(actual) ? folded(actual, ignoreCase) : undefined),
  parse: folded,
  test: (actual, expected) => actual === expected,
};

const texts = (test: (actual: string, expected: string) => boolean): Operator<string, string> => ({
  compares: 'texts',
  read: (actual, ignoreCase) =>
    typeof actual === 'string' ? (ignoreCase ? actual.toLowerCase() : actual) : undefined,
  parse: (value, ignoreCase) =>
    typeof value === 'string' ? (ignoreCase ? value.toLowerCase() : value) : undefined,
  test,
});

/** A text contains a part, a list an element. */
const contains: Operator<string | readonly unknown[], Value> = {
  compares: 'texts and lists',
  read(actual, ignoreCase) {
    if (typeof actual === 'string') return ignoreCase ? actual.toLowerCase() : actual;
    if (!Array.isArray(actual)) return undefined;
    return ignoreCase ? actual.map((each) => (isScalar(each) ? folded(each, true) : each)) : actual;
  },
  parse: folded,
  test: (actual, expected) =>
    typeof actual === 'string'
      ? typeof expected === 'string' && actual.includes(expected)
      : actual.includes(expected),
};

const numbers = (test: (actual: number, expected: number) => boolean): Operator<number, number> => {
  const read = (value: unknown) => (typeof value === 'number' ? value : undefined);
  return { compares: 'numbers', read, parse: read, test };
};

/** Times as RFC 3339 texts or milliseconds since the epoch. A date alone starts at midnight UTC. */
const times = (test: (actual: number, expected: number) => boolean): Operator<number, number> => {
  const read = (value: unknown) => {
    const time =
      typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value)
        ? Date.parse(value)
        : typeof value === 'number'
          ? value
          : Number.NaN;
    return Number.isNaN(time) ? undefined : time;
  };
  return { compares: 'times', read, parse: read, test };
};

const versions = (test: (order: number) => boolean): Operator<SemVer, SemVer> => {
  const read = (value: unknown) =>
    typeof value === 'string' ? (parseVersion(value) ?? undefined) : undefined;
  return {
    compares: 'semantic versions',
    read,
    parse: read,
    test: (actual, expected) => test(compare(actual, expected)),
  };
};

/** RE2 expressions match in linear time, so an expression can never block a process. They need not match the whole text. */
const expressions: Operator<string, RE2JS> = {
  compares: 'texts',
  read: (actual) => (typeof actual === 'string' ? actual : undefined),
  parse(value, ignoreCase) {
    if (typeof value !== 'string') return undefined;
    try {
      return RE2JS.compile(value, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    } catch {
      return undefined;
    }
  },
  test: (actual, expected) => expected.matcher(actual).find(),
};

const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

const networks: Operator<string, BlockList> = {
  compares: 'IP addresses',
  read: (actual) => (typeof actual === 'string' && isIP(actual) !== 0 ? actual : undefined),
  parse(value) {
    const [address = '', prefix] = String(value).split('/');
    if (isIP(address) === 0) return undefined;
    const list = new BlockList();
    try {
      if (prefix === undefined) list.addAddress(address, family(address));
      else if (/^\d{1,3}$/.test(prefix)) list.addSubnet(address, Number(prefix), family(address));
      else return undefined;
    } catch {
      return undefined;
    }
    return list;
  },
  test: (actual, expected) => expected.check(actual, family(actual)),
};

const presence: Operator<boolean, boolean> = {
  compares: 'attributes of any type',
  read: (actual) => actual !== undefined && actual !== null,
  parse: (value) => (typeof value === 'boolean' ? value : undefined),
  test: (actual, expected) => actual === expected,
};

// biome-ignore lint/suspicious/noExplicitAny: each operator fits itself; the table holds operators of several types
const operators: Readonly<Record<Comparison['operator'], Operator<any, any>>> = {
  equals: equality,
  notEquals: { ...equality, negated: true },
  in: equality,
  notIn: { ...equality, negated: true },
  contains,
  startsWith: texts((actual, expected) => actual.startsWith(expected)),
  endsWith: texts((actual, expected) => actual.endsWith(expected)),
  matches: expressions,
  greaterThan: numbers((actual, expected) => actual > expected),
  lessThan: numbers((actual, expected) => actual < expected),
  greaterOrEqual: numbers((actual, expected) => actual >= expected),
  lessOrEqual: numbers((actual, expected) => actual <= expected),
  before: times((actual, expected) => actual < expected),
  after: times((actual, expected) => actual > expected),
  versionEquals: versions((order) => order === 0),
  versionGreaterThan: versions((order) => order > 0),
  versionLessThan: versions((order) => order < 0),
  inNetwork: networks,
  isSet: presence,
};

/** Comparison with everything precomputed that does not depend on the attribute. */
export interface CompiledComparison {
  readonly matches: (actual: unknown) => boolean;
  /** Returns why an attribute can match no value, or undefined if its type fits. */
  readonly mismatch: (actual: unknown) => string | undefined;
}

/**
 * Compiles a comparison. Types are not converted: "5" is not 5. An attribute that is absent or has another type matches nothing,
 * not even with a negated operator. Neither does an operator of a newer release.
 */
export function compileComparison({
  attribute,
  operator: name,
  values,
  ignoreCase = false,
}: Comparison): CompiledComparison {
  const operator = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (!operator) return { matches: () => false, mismatch: () => `the operator ${name} is unknown` };
  const { compares, read, parse, test, negated = false } = operator;
  const expected = values.map((value) => parse(value, ignoreCase)).filter((value) => value !== undefined);
  return {
    matches(actual) {
      const known = read(actual, ignoreCase);
      return known !== undefined && expected.some((each) => test(known, each)) !== negated;
    },
    mismatch(actual) {
      if (read(actual, ignoreCase) !== undefined) return undefined;
      if (actual === undefined || actual === null) return `${attribute} is not set`;
      return `${name} compares ${compares}, but ${attribute} is ${describeType(actual)}`;
    },
  };
}

/** Returns why a value of a comparison can never match, or undefined if it can. */
export function valueFault(
  { operator: name, ignoreCase = false }: Comparison,
  value: Value,
): string | undefined {
  const { compares, parse } = operators[name];
  if (parse(value, ignoreCase) !== undefined) return undefined;
  if (name === 'matches') return 'must be an RE2 expression';
  if (name === 'inNetwork') return 'must be an IP address or a network such as 10.0.0.0/8';
  if (name === 'isSet') return 'must be true or false';
  return `must be a value that compares with ${compares}`;
}

function describeType(actual: unknown): string {
  if (Array.isArray(actual)) return 'a list';
  return typeof actual === 'object' ? 'an object' : `a ${typeof actual}`;
}
