import { defineRoute, empty, raw, services } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { flagKey, Prerequisite, RolloutRule, Targeting, Variant } from './flag.ts';

/** Flag with everything that a service needs to evaluate it locally. */
export const FlagRule = Type.Object(
  {
    key: flagKey,
    enabled: Type.Boolean({ description: 'If false, the flag is off for all users.' }),
    rolloutPercentage: Type.Number({ description: 'Percentage of the targeted users who get the flag.' }),
    targeting: Targeting,
    variants: Type.Optional(Type.Array(Variant, { description: 'Variants of the flag.' })),
    rules: Type.Optional(Type.Array(RolloutRule, { description: 'Rules in their order.' })),
    prerequisites: Type.Optional(
      Type.Array(Prerequisite, { description: 'Flags that must be on before this one can be.' }),
    ),
    defaultVariant: Type.Optional(Type.String({ description: 'Variant for contexts that nothing selects.' })),
    bucketBy: Type.Optional(
      Type.String({ description: 'Attribute that selects the bucket and the variant.' }),
    ),
    salt: Type.String({ description: 'Salt that makes the rollout of this flag independent of all others.' }),
    version: Type.Integer({ description: 'Number of changes to the flag.' }),
  },
  { description: 'Settings that decide the evaluation of a flag.' },
);
export type FlagRule = Static<typeof FlagRule>;

export const FlagSnapshot = Type.Object(
  {
    version: Type.String({
      description: 'Version of the snapshot, which changes with its content. Also its ETag.',
    }),
    flags: Type.Array(FlagRule, { description: 'All flags.' }),
  },
  { description: 'All flags with the settings that services need for local evaluation.' },
);
export type FlagSnapshot = Static<typeof FlagSnapshot>;

/** Redis channel for changes, below the deployment's key prefix. The message is the snapshot's new version. */
export const flagsChannel = ['flags', 'changed'] as const;

export const getFlagSnapshot = defineRoute({
  id: 'flags.getSnapshot',
  method: 'GET',
  path: '/internal/flags/snapshot',
  summary: 'List all flags',
  description: 'Returns all flags for the SDK. Answers 304 if if-none-match has the current version.',
  auth: services('canvas', 'llm-router'),
  reply: raw(FlagSnapshot),
  otherReplies: { 304: empty },
  errors: ['DEPENDENCY_UNAVAILABLE'],
});
