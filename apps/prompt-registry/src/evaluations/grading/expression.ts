import jsep from 'jsep';
import { type GradedAnswer, parseJson, type Score } from './answer.ts';

type Node = jsep.CoreExpression;

/** A parsed expression. It has no loops and no access to anything but its answer, so that its evaluation is short and safe. */
interface Expression {
  readonly root: Node;
}

/** Names of the values that an expression can use. */
const names = [
  'answer',
  'expected',
  'json',
  'variables',
  'latency',
  'cost',
  'true',
  'false',
  'null',
] as const;

type Values = Readonly<Record<string, unknown>>;

class ExpressionError extends Error {}

/** Functions by name, with the numbers of their arguments. */
const functions: Readonly<
  Record<string, { readonly least: number; readonly most: number; call(args: readonly unknown[]): unknown }>
> = {
  length: { least: 1, most: 1, call: ([value]) => lengthOf(value) },
  lower: { least: 1, most: 1, call: ([value]) => text(value).toLowerCase() },
  upper: { least: 1, most: 1, call: ([value]) => text(value).toUpperCase() },
  trim: { least: 1, most: 1, call: ([value]) => text(value).trim() },
  words: { least: 1, most: 1, call: ([value]) => text(value).match(/\S+/g)?.length ?? 0 },
  contains: {
    least: 2,
    most: 2,
    call: ([value, part]) => (Array.isArray(value) ? value.includes(part) : text(value).includes(text(part))),
  },
  startsWith: { least: 2, most: 2, call: ([value, part]) => text(value).startsWith(text(part)) },
  endsWith: { least: 2, most: 2, call: ([value, part]) => text(value).endsWith(text(part)) },
  min: { least: 1, most: 20, call: (values) => Math.min(...values.map(number)) },
  max: { least: 1, most: 20, call: (values) => Math.max(...values.map(number)) },
  abs: { least: 1, most: 1, call: ([value]) => Math.abs(number(value)) },
  round: { least: 1, most: 1, call: ([value]) => Math.round(number(value)) },
};

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

const comparisons: Readonly<Record<string, (a: number | string, b: number | string) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

const equalities: Readonly<Record<string, boolean>> = { '==': true, '===': true, '!=': false, '!==': false };

const logical = ['&&', '||', '??'];

/** Describes the first fault of an expression. Returns undefined for a valid one. */
export function expressionFault(source: string): string | undefined {
  try {
    parse(source);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'is not an expression';
  }
}

/** Scores an answer with a valid expression. An expression that cannot be computed for the answer scores 0. */
export function scoreByExpression(source: string, answer: GradedAnswer): Score {
  const { root } = parse(source);
  const values: Values = {
    answer: answer.text,
    expected: answer.expected ?? null,
    json: parseJson(answer.text) ?? null,
    variables: answer.variables,
    latency: answer.latencyMs,
    cost: answer.cost,
  };
  try {
    const value = evaluate(root, values);
    if (typeof value === 'boolean') return { score: value ? 1 : 0 };
    return { score: Math.min(1, Math.max(0, number(value))) };
  } catch (error) {
    if (error instanceof ExpressionError) return { score: 0, reason: `The expression ${error.message}.` };
    throw error;
  }
}

function parse(source: string): Expression {
  const root = jsep(source) as Node;
  assertAllowed(root);
  return { root };
}

/** Throws for a part that expressions do not have. */
function assertAllowed(node: Node): void {
  switch (node.type) {
    case 'Literal':
      return;
    case 'Identifier':
      if (!names.some((name) => name === node.name))
        throw new ExpressionError(`uses ${node.name}, which is none of ${names.join(', ')}`);
      return;
    case 'MemberExpression':
      assertAllowed(node.object as Node);
      if (node.computed) assertAllowed(node.property as Node);
      return;
    case 'ArrayExpression':
      for (const element of node.elements) if (element) assertAllowed(element as Node);
      return;
    case 'UnaryExpression':
      if (!['!', '-', '+'].includes(node.operator)) throw unknownOperator(node.operator);
      assertAllowed(node.argument as Node);
      return;
    case 'BinaryExpression': {
      const { operator } = node;
      const isKnown = [arithmetic, comparisons, equalities].some((table) => Object.hasOwn(table, operator));
      if (!isKnown && !logical.includes(operator)) throw unknownOperator(operator);
      assertAllowed(node.left as Node);
      assertAllowed(node.right as Node);
      return;
    }
    case 'ConditionalExpression':
      for (const part of [node.test, node.consequent, node.alternate]) assertAllowed(part as Node);
      return;
    case 'CallExpression': {
      const name = node.callee.type === 'Identifier' ? String(node.callee.name) : '';
      const called = Object.hasOwn(functions, name) ? functions[name] : undefined;
      if (!called)
        throw new ExpressionError(
          `calls ${name || 'a value'}, which is none of ${Object.keys(functions).join(', ')}`,
        );
      const count = node.arguments.length;
      if (count < called.least || count > called.most)
        throw new ExpressionError(`calls ${name} with ${count} arguments`);
      for (const argument of node.arguments) assertAllowed(argument as Node);
      return;
    }
    default:
      throw new ExpressionError('must be one expression');
  }
}

function evaluate(node: Node, values: Values): unknown {
  const resultOf = (part: jsep.Expression): unknown => evaluate(part as Node, values);
  switch (node.type) {
    case 'Literal':
      return node.value;
    case 'Identifier':
      return values[node.name];
    case 'MemberExpression':
      return memberOf(resultOf(node.object), node.computed ? resultOf(node.property) : node.property.name);
    case 'ArrayExpression':
      return node.elements.map((element) => (element ? resultOf(element) : null));
    case 'UnaryExpression': {
      const value = resultOf(node.argument);
      if (node.operator === '!') return !value;
      return node.operator === '-' ? -number(value) : number(value);
    }
    case 'BinaryExpression':
      return operate(
        node.operator,
        () => resultOf(node.left),
        () => resultOf(node.right),
      );
    case 'ConditionalExpression':
      return resultOf(node.test) ? resultOf(node.consequent) : resultOf(node.alternate);
    case 'CallExpression':
      return functions[String(node.callee.name)]?.call(node.arguments.map(resultOf));
    default:
      return undefined;
  }
}

function operate(operator: string, left: () => unknown, right: () => unknown): unknown {
  if (operator === '&&') return left() && right();
  if (operator === '||') return left() || right();
  if (operator === '??') return left() ?? right();
  const [a, b] = [left(), right()];
  const compute = arithmetic[operator];
  if (compute) return compute(number(a), number(b));
  const compare = comparisons[operator];
  if (compare) {
    if (typeof a === 'string' && typeof b === 'string') return compare(a, b);
    return compare(number(a), number(b));
  }
  return ((a ?? null) === (b ?? null)) === equalities[operator];
}

/** Returns an own property, or null without one, so that a path into absent JSON is null as a whole. */
function memberOf(value: unknown, key: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return key === 'length' ? value.length : null;
  if (typeof value !== 'object' || (typeof key !== 'string' && typeof key !== 'number')) return null;
  return Object.hasOwn(value, key) ? ((value as Values)[String(key)] ?? null) : null;
}

function lengthOf(value: unknown): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  if (typeof value === 'object') return Object.keys(value).length;
  throw new ExpressionError(`takes the length of a ${typeof value}`);
}

function number(value: unknown): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new ExpressionError('needs a number where it has none');
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  throw new ExpressionError('needs a text where it has none');
}

function unknownOperator(operator: string): ExpressionError {
  return new ExpressionError(`has the operator ${operator}, which expressions lack`);
}
