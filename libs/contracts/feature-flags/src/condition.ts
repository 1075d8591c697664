import { strictObject } from '@valuecanvas/contracts-core';
import Type, { type Static, type TSchema } from 'typebox';

/** Comparison operators of targeting. */
export const operators = [
  'equals',
  'notEquals',
  'in',
  'notIn',
  'contains',
  'startsWith',
  'endsWith',
  'matches',
  'greaterThan',
  'lessThan',
  'greaterOrEqual',
  'lessOrEqual',
  'before',
  'after',
  'versionEquals',
  'versionGreaterThan',
  'versionLessThan',
  'inNetwork',
  'isSet',
] as const;

const comparison = {
  attribute: Type.String({
    minLength: 1,
    maxLength: 100,
    description:
      'Attribute of the context: targetingKey, tier, role, country, or another one that the caller of an OFREP evaluation sends.',
  }),
  operator: Type.Enum(operators, { description: 'Comparison operator.' }),
  values: Type.Array(Type.Union([Type.String({ maxLength: 1_000 }), Type.Number(), Type.Boolean()]), {
    minItems: 1,
    maxItems: 250,
    description:
      'Values to compare with, of which one must match: numbers for greaterThan and the like, RFC 3339 times for before and after, semantic versions, networks in CIDR notation for inNetwork, RE2 expressions for matches, and true or false for isSet.',
  }),
  ignoreCase: Type.Boolean({ description: 'If true, texts match regardless of case.' }),
};

export const Comparison = Type.Object(
  { ...comparison, ignoreCase: Type.Optional(comparison.ignoreCase) },
  { title: 'Comparison', description: 'Comparison of an attribute with values.' },
);
export type Comparison = Static<typeof Comparison>;

/** Condition on the context: a comparison, or a combination of conditions. Exactly one of these forms. */
export interface FlagCondition extends Partial<Comparison> {
  readonly all?: FlagCondition[];
  readonly any?: FlagCondition[];
  readonly not?: FlagCondition;
}

/** Levels of combinations within a condition. */
const maxDepth = 3;

const forms = 'Either attribute, operator and values, or one of all, any and not.';

function conditionAtDepth(depth: number): TSchema {
  const leaf = {
    attribute: Type.Optional(comparison.attribute),
    operator: Type.Optional(comparison.operator),
    values: Type.Optional(comparison.values),
    ignoreCase: Type.Optional(comparison.ignoreCase),
  };
  const options = { description: `Condition on the context. ${forms}` };
  if (depth === 0) return strictObject(leaf, options);
  const inner = conditionAtDepth(depth - 1);
  const list = (description: string) =>
    Type.Optional(Type.Array(inner, { minItems: 1, maxItems: 20, description }));
  return strictObject(
    {
      ...leaf,
      all: list('Conditions that must all hold.'),
      any: list('Conditions of which one must hold.'),
      not: Type.Optional(inner),
    },
    options,
  );
}

export const FlagCondition = Type.Unsafe<FlagCondition>(conditionAtDepth(maxDepth));
