import { field, strictObject, tiers } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

/** Words that stand for routes below /api/flags and so cannot be flags. */
export const reservedKeys = ['evaluate'] as const;

export const keyPattern = '^[a-z][a-z0-9_.-]{0,99}$';

export const flagKey = Type.String({
  pattern: keyPattern,
  description: 'Name of the flag, lower case.',
});

const config = Type.Record(Type.String(), Type.Unknown(), {
  description: 'What the variant means to the code.',
});

export const Variant = strictObject(
  {
    name: Type.String({ pattern: '^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}$', description: 'Name of the variant.' }),
    weight: Type.Number({
      minimum: 0,
      maximum: 1_000_000,
      description: 'Share relative to the other weights.',
    }),
    config,
  },
  { title: 'Variant', description: 'One of several forms of a feature.' },
);
export type Variant = Static<typeof Variant>;

/** A condition on the context in which a flag is evaluated. */
export const TargetingRule = strictObject(
  {
    attribute: Type.String({ minLength: 1, maxLength: 100, description: 'Attribute of the context.' }),
    operator: Type.Enum(
      ['equals', 'notEquals', 'in', 'notIn', 'contains', 'startsWith', 'endsWith', 'greaterThan', 'lessThan'],
      {
        description: 'How it is compared.',
      },
    ),
    values: Type.Array(Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
      minItems: 1,
      maxItems: 250,
      description:
        'What it is compared with; one match is enough. Texts for startsWith and endsWith, numbers for greaterThan and lessThan.',
    }),
  },
  { title: 'TargetingRule', description: 'A condition on the context.' },
);
export type TargetingRule = Static<typeof TargetingRule>;

export const Targeting = strictObject(
  {
    userIds: Type.Optional(
      Type.Array(Type.String(), { maxItems: 1_000, description: 'Users who always have it.' }),
    ),
    tiers: Type.Optional(
      Type.Array(Type.Enum(tiers), { description: 'Tiers that can have it; all where absent.' }),
    ),
    countries: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Z]{2}$' }), {
        maxItems: 250,
        description: 'Countries (ISO 3166-1 alpha-2) that can have it; all where absent.',
      }),
    ),
    rules: Type.Optional(
      Type.Array(TargetingRule, { maxItems: 50, description: 'Conditions that must all hold.' }),
    ),
  },
  { title: 'Targeting', description: 'Who can have a feature at all.' },
);
export type Targeting = Static<typeof Targeting>;

const rolloutPercentage = Type.Number({
  minimum: 0,
  maximum: 100,
  description: 'Share of those who can have it, in percent, with three decimals at most.',
});

const flagSettings = {
  name: Type.String({ minLength: 1, maxLength: 200, description: 'Name for people.' }),
  description: Type.String({ maxLength: 2_000, description: 'What it switches.' }),
  enabled: Type.Boolean({ description: 'Off means off for everybody.' }),
  rolloutPercentage,
  targeting: Targeting,
  variants: Type.Optional(
    Type.Array(Variant, {
      minItems: 1,
      maxItems: 20,
      description:
        'Forms of the feature, if several: each with another name, and some with a weight above 0.',
    }),
  ),
};

export const Flag = Type.Object(
  {
    key: flagKey,
    ...flagSettings,
    version: Type.Integer({ minimum: 1, description: 'Counts the changes.' }),
    createdAt: field.timestamp('When it was made.'),
    updatedAt: field.timestamp('When it was last changed.'),
  },
  { title: 'Flag', description: 'A feature flag.' },
);
export type Flag = Static<typeof Flag>;

export const CreateFlagRequest = strictObject(
  {
    key: flagKey,
    name: Type.Optional(flagSettings.name),
    description: Type.Optional(flagSettings.description),
    enabled: Type.Optional(flagSettings.enabled),
    rolloutPercentage: Type.Optional(rolloutPercentage),
    targeting: Type.Optional(Targeting),
    variants: flagSettings.variants,
  },
  { title: 'CreateFlagRequest', description: 'A new flag; it is off, for everybody, unless said otherwise.' },
);
export type CreateFlagRequest = Static<typeof CreateFlagRequest>;

export const UpdateFlagRequest = strictObject(
  {
    name: Type.Optional(flagSettings.name),
    description: Type.Optional(flagSettings.description),
    enabled: Type.Optional(flagSettings.enabled),
    rolloutPercentage: Type.Optional(rolloutPercentage),
    targeting: Type.Optional(Targeting),
    variants: Type.Optional(
      Type.Array(Variant, {
        maxItems: 20,
        description:
          'Forms of the feature, each with another name, and some with a weight above 0; an empty list removes them.',
      }),
    ),
  },
  { title: 'UpdateFlagRequest', description: 'The settings to change; the rest stays.' },
);
export type UpdateFlagRequest = Static<typeof UpdateFlagRequest>;
