import { field, strictObject, tiers } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { FlagCondition, operators } from './condition.ts';

/** Reserved keys, which are routes below /api/flags. */
export const reservedKeys = ['evaluate'] as const;

/** Flag whose variants choose the model for canvases, in the field `model` of their configuration. */
export const modelFlagKey = 'ai_model_selection';

/**
 * Attributes of every evaluation, all of them texts. A rule on another attribute would never match, so it is refused. OFREP
 * and trusted headers will supply more.
 */
export const suppliedAttributes = ['targetingKey', 'tier', 'role'] as const;

const keyPattern = '^[a-z][a-z0-9_.-]{0,99}$';

export const flagKey = Type.String({
  pattern: keyPattern,
  description: 'Key of the flag, in lower case.',
});

const config = Type.Record(Type.String(), Type.Unknown(), {
  description: 'Configuration that the application gets with the variant.',
});

const variant = {
  name: Type.String({ pattern: '^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}$', description: 'Name of the variant.' }),
  weight: Type.Number({
    minimum: 0,
    maximum: 1_000_000,
    description: 'Weight of the variant, relative to the others.',
  }),
};

const value = Type.Union(
  [
    Type.Boolean(),
    Type.String({ maxLength: 10_000 }),
    Type.Number(),
    Type.Record(Type.String(), Type.Unknown()),
  ],
  {
    description:
      'Value that the application gets with the variant. The variants of a flag have values of one type.',
  },
);

export const Variant = Type.Object(
  {
    ...variant,
    config,
    value: Type.Optional(value),
  },
  {
    title: 'Variant',
    description: 'One of several values of a flag: its value, or its configuration if it has no value.',
  },
);
export type Variant = Static<typeof Variant>;

const VariantRequest = strictObject(
  { ...variant, config: Type.Optional(config), value: Type.Optional(value) },
  {
    title: 'VariantRequest',
    description:
      'One of several values of a flag. It has either a value or a configuration, which is an object.',
  },
);

/** Condition on the context in which a flag is evaluated. */
export const TargetingRule = strictObject(
  {
    attribute: Type.String({
      minLength: 1,
      maxLength: 100,
      description: `Attribute of the context: ${suppliedAttributes.join(', ')}.`,
    }),
    operator: Type.Enum(operators, { description: 'Comparison operator.' }),
    values: Type.Array(Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
      minItems: 1,
      maxItems: 250,
      description:
        'Values to compare with, of which one must match. Strings for startsWith and endsWith, numbers for greaterThan and lessThan.',
    }),
  },
  { title: 'TargetingRule', description: 'A condition on the context.' },
);
export type TargetingRule = Static<typeof TargetingRule>;

export const Targeting = strictObject(
  {
    userIds: Type.Optional(
      Type.Array(Type.String(), {
        maxItems: 1_000,
        description: 'IDs of users who always get the flag, regardless of the rollout percentage.',
      }),
    ),
    tiers: Type.Optional(
      Type.Array(Type.Enum(tiers), { description: 'Tiers that can get the flag. All tiers by default.' }),
    ),
    countries: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Z]{2}$' }), {
        maxItems: 250,
        description:
          'Countries (ISO 3166-1 alpha-2) that can get the flag. All countries by default. Refused, because evaluations do not know the country.',
      }),
    ),
    rules: Type.Optional(
      Type.Array(TargetingRule, {
        maxItems: 50,
        description: 'Conditions on the context, all of which must hold.',
      }),
    ),
  },
  { title: 'Targeting', description: 'Rules that decide which users can get the flag.' },
);
export type Targeting = Static<typeof Targeting>;

const rolloutPercentage = Type.Number({
  minimum: 0,
  maximum: 100,
  description: 'Percentage of the targeted users who get the flag, with at most three decimals.',
});

const percentage = { minimum: 0, maximum: 100 };

/** Rule of a flag: who gets which variant. */
export const RolloutRule = strictObject(
  {
    name: Type.Optional(Type.String({ maxLength: 200, description: 'Name of the rule, for people.' })),
    when: FlagCondition,
    percentage: Type.Optional(
      Type.Number({
        ...percentage,
        description:
          'Percentage of the matching contexts to which the rule applies, with at most three decimals. 100 by default. The next rules decide for the others.',
      }),
    ),
    variant: Type.Optional(
      Type.String({ description: 'Variant that the rule serves. By default, weights select one.' }),
    ),
  },
  { title: 'RolloutRule', description: 'Serves a flag or one of its variants to the contexts that match.' },
);
export type RolloutRule = Static<typeof RolloutRule>;

export const Prerequisite = strictObject(
  {
    key: Type.String({ maxLength: 200, description: 'Key of another flag.' }),
    variants: Type.Optional(
      Type.Array(Type.String(), {
        minItems: 1,
        maxItems: 20,
        description: 'Variants of which the context must get one. By default, the flag only has to be on.',
      }),
    ),
  },
  { title: 'Prerequisite', description: 'Flag that must be on for a context before this one can be.' },
);
export type Prerequisite = Static<typeof Prerequisite>;

const attributeName = Type.String({
  maxLength: 100,
  description:
    'Attribute of the context that selects the bucket and the variant, such as a tenant. Empty for the targeting key.',
});

const defaultVariant = Type.String({
  maxLength: 64,
  description:
    'Variant for contexts that no rule and no rollout selects. Empty if the application then uses the default of its code.',
});

const rules = Type.Array(RolloutRule, {
  maxItems: 100,
  description:
    'Rules in their order. The first one that applies decides. Targeting and rollout decide for the rest.',
});

const prerequisites = Type.Array(Prerequisite, {
  maxItems: 20,
  description: 'Flags that must be on for a context before this one can be. Cycles are refused.',
});

const flagSettings = {
  name: Type.String({ minLength: 1, maxLength: 200, description: 'Display name.' }),
  description: Type.String({
    maxLength: 2_000,
    description: 'Description of the feature that the flag controls.',
  }),
  enabled: Type.Boolean({ description: 'If false, the flag is off for all users.' }),
  rolloutPercentage,
  targeting: Targeting,
  variants: Type.Optional(
    Type.Array(Variant, {
      minItems: 1,
      maxItems: 20,
      description: 'Variants with unique names, at least one of them with a weight above 0.',
    }),
  ),
};

/** Settings that an operator edits. A version of a flag has all of them. */
const editable = {
  ...flagSettings,
  rules,
  prerequisites,
  defaultVariant: Type.Optional(defaultVariant),
  bucketBy: Type.Optional(attributeName),
};

export const Flag = Type.Object(
  {
    key: flagKey,
    ...editable,
    type: Type.Enum(['boolean', 'string', 'number', 'object'], {
      description: 'Type of the values. A flag without variants is a boolean.',
    }),
    version: Type.Integer({ minimum: 1, description: 'Number of changes to the flag.' }),
    createdAt: field.timestamp('Time at which the flag was created.'),
    updatedAt: field.timestamp('Time of the last change.'),
  },
  { title: 'Flag', description: 'A feature flag.' },
);
export type Flag = Static<typeof Flag>;

export const FlagVersion = Type.Object(
  {
    version: Type.Integer({ minimum: 1, description: 'Number of the version.' }),
    settings: Type.Object(editable, { title: 'FlagSettings', description: 'Settings of a flag.' }),
    changedAt: field.timestamp('Time at which the version was made.'),
  },
  { title: 'FlagVersion', description: 'Earlier or current settings of a flag.' },
);
export type FlagVersion = Static<typeof FlagVersion>;

export const CreateFlagRequest = strictObject(
  {
    key: flagKey,
    name: Type.Optional(flagSettings.name),
    description: Type.Optional(flagSettings.description),
    enabled: Type.Optional(flagSettings.enabled),
    rolloutPercentage: Type.Optional(rolloutPercentage),
    targeting: Type.Optional(Targeting),
    variants: Type.Optional(
      Type.Array(VariantRequest, {
        minItems: 1,
        maxItems: 20,
        description: 'Variants with unique names, at least one of them with a weight above 0.',
      }),
    ),
    rules: Type.Optional(rules),
    prerequisites: Type.Optional(prerequisites),
    defaultVariant: Type.Optional(defaultVariant),
    bucketBy: Type.Optional(attributeName),
  },
  { title: 'CreateFlagRequest', description: 'A new flag. It is off for all users by default.' },
);
export type CreateFlagRequest = Static<typeof CreateFlagRequest>;

export const UpdateFlagRequest = strictObject(
  {
    version: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'Version on which the change is based. Fails with CONFLICT if the flag has another one.',
      }),
    ),
    name: Type.Optional(flagSettings.name),
    description: Type.Optional(flagSettings.description),
    enabled: Type.Optional(flagSettings.enabled),
    rolloutPercentage: Type.Optional(rolloutPercentage),
    targeting: Type.Optional(Targeting),
    variants: Type.Optional(
      Type.Array(VariantRequest, {
        maxItems: 20,
        description:
          'Variants with unique names, at least one of them with a weight above 0. An empty list removes all variants.',
      }),
    ),
    rules: Type.Optional(rules),
    prerequisites: Type.Optional(prerequisites),
    defaultVariant: Type.Optional(defaultVariant),
    bucketBy: Type.Optional(attributeName),
  },
  { title: 'UpdateFlagRequest', description: 'Settings to change. Omitted settings stay the same.' },
);
export type UpdateFlagRequest = Static<typeof UpdateFlagRequest>;
