import { isDeepStrictEqual } from 'node:util';
import { isNode, listOf, type Node, nodeOf, resolve } from './document.ts';

/** `sent` by clients: accepted values must stay accepted. `received` by clients: promised values must stay promised. */
export type Direction = 'sent' | 'received';

interface Side {
  readonly document: Node;
  readonly schema: unknown;
}

/** Returns one sentence per change of a schema that breaks clients. `where` names the schema's place. */
export function schemaBreaks(
  where: string,
  before: Side,
  after: Side,
  direction: Direction,
  seen: readonly string[] = [],
): string[] {
  const pair = JSON.stringify([before.schema, after.schema]);
  if (seen.includes(pair)) return [];
  const was = resolve(before.document, before.schema);
  const is = resolve(after.document, after.schema);
  const inner = (name: string, oldSchema: unknown, newSchema: unknown): string[] =>
    schemaBreaks(name, { ...before, schema: oldSchema }, { ...after, schema: newSchema }, direction, [
      ...seen,
      pair,
    ]);
  if (alternatives(was) || alternatives(is)) return alternativeBreaks(where, was, is, direction, inner);
  return [
    ...typeBreaks(where, was, is, direction),
    ...(direction === 'sent' ? [...valueBreaks(where, was, is), ...boundBreaks(where, was, is)] : []),
    ...propertyBreaks(where, was, is, direction, inner),
    ...(was.items !== undefined && is.items !== undefined ? inner(`${where}[]`, was.items, is.items) : []),
    ...(isNode(was.additionalProperties) && isNode(is.additionalProperties)
      ? inner(`${where}.*`, was.additionalProperties, is.additionalProperties)
      : []),
  ];
}

type Inner = (name: string, before: unknown, after: unknown) => string[];

function alternatives(schema: Node): readonly unknown[] | undefined {
  const list = schema.anyOf ?? schema.oneOf;
  return Array.isArray(list) ? list : undefined;
}

/** Each form accepted before must still be accepted, and each form returned now must have been possible before. */
function alternativeBreaks(where: string, was: Node, is: Node, direction: Direction, inner: Inner): string[] {
  const old = alternatives(was) ?? [was];
  const now = alternatives(is) ?? [is];
  const lost =
    direction === 'sent'
      ? old.filter((form) => !now.some((other) => inner(where, form, other).length === 0))
      : now.filter((form) => !old.some((other) => inner(where, other, form).length === 0));
  const fault =
    direction === 'sent' ? 'no longer takes a form that it took' : 'can have a form that it had not';
  return lost.length === 0 ? [] : [`${where} ${fault}.`];
}

/** Undefined if any type is allowed. */
function typesOf(schema: Node): readonly string[] | undefined {
  if (schema.type === undefined) return undefined;
  return (Array.isArray(schema.type) ? schema.type : [schema.type]) as string[];
}

/** Returns true if every value of the inner types also belongs to the outer types. */
function fits(inside: readonly string[] | undefined, outside: readonly string[] | undefined): boolean {
  if (outside === undefined) return true;
  return (
    inside?.every((type) => outside.includes(type) || (type === 'integer' && outside.includes('number'))) ??
    false
  );
}

function typeBreaks(where: string, was: Node, is: Node, direction: Direction): string[] {
  const [old, now] = [typesOf(was), typesOf(is)];
  if (direction === 'sent' ? fits(old, now) : fits(now, old)) return [];
  return [`${where} was ${old?.join(' or ') ?? 'anything'} and is ${now?.join(' or ') ?? 'anything'}.`];
}

/** The values that a schema lists, or undefined if it lists none. */
function valuesOf(schema: Node): readonly unknown[] | undefined {
  if ('const' in schema) return [schema.const];
  return Array.isArray(schema.enum) ? schema.enum : undefined;
}

function valueBreaks(where: string, was: Node, is: Node): string[] {
  const [old, now] = [valuesOf(was), valuesOf(is)];
  if (now === undefined) return [];
  if (old === undefined) return [`${where} now takes only ${JSON.stringify(now)}.`];
  return old
    .filter((value) => !now.some((other) => isDeepStrictEqual(value, other)))
    .map((value) => `${where} no longer takes ${JSON.stringify(value)}.`);
}

const lowerBounds = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const upperBounds = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
const exactRules = ['pattern', 'format', 'multipleOf', 'uniqueItems'];

function boundBreaks(where: string, was: Node, is: Node): string[] {
  const number = (value: unknown, none: number) => (typeof value === 'number' ? value : none);
  const narrower = [
    ...lowerBounds.filter((rule) => number(is[rule], -Infinity) > number(was[rule], impliedLower(rule))),
    ...upperBounds.filter((rule) => number(is[rule], Infinity) < number(was[rule], Infinity)),
    ...exactRules.filter((rule) => Boolean(is[rule]) && is[rule] !== was[rule]),
  ];
  return narrower.map((rule) => `${where} has a narrower ${rule}: ${was[rule] ?? 'none'}, now ${is[rule]}.`);
}

/** An absent limit is the loosest. */
function impliedLower(rule: string): number {
  return rule.endsWith('inimum') ? -Infinity : 0;
}

function propertyBreaks(where: string, was: Node, is: Node, direction: Direction, inner: Inner): string[] {
  const old = nodeOf(was.properties);
  const now = nodeOf(is.properties);
  const wasRequired = listOf(was.required);
  const isRequired = listOf(is.required);
  const kept = Object.keys(old).filter((name) => name in now);
  const faults = Object.keys(old)
    .filter((name) => !(name in now))
    .map((name) => `${where}.${name} is gone.`);
  for (const name of kept) faults.push(...inner(`${where}.${name}`, old[name], now[name]));
  if (direction === 'received') {
    const loose = kept.filter((name) => wasRequired.includes(name) && !isRequired.includes(name));
    return [...faults, ...loose.map((name) => `${where}.${name} was always there and may be absent.`)];
  }
  const demanded = isRequired.filter((name) => !wasRequired.includes(name));
  faults.push(...demanded.map((name) => `${where}.${name} is now required.`));
  if (is.additionalProperties === false && was.additionalProperties !== false && was.type === 'object')
    faults.push(`${where} no longer takes fields that it does not know.`);
  return faults;
}
