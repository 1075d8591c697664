import { defineRoute, empty, raw, services } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { flagKey, Targeting, Variant } from './flag.ts';

/** A flag as a service needs it to evaluate it by itself. */
export const FlagRule = Type.Object(
  {
    key: flagKey,
    enabled: Type.Boolean({ description: 'Off means off for everybody.' }),
    rolloutPercentage: Type.Number({ description: 'Share of those who can have it, in percent.' }),
    targeting: Targeting,
    variants: Type.Optional(Type.Array(Variant, { description: 'Forms of the feature.' })),
    salt: Type.String({ description: 'Makes the split of this flag independent of all others.' }),
    version: Type.Integer({ description: 'Counts the changes.' }),
  },
  { description: 'All that decides an evaluation.' },
);
export type FlagRule = Static<typeof FlagRule>;

export const FlagSnapshot = Type.Object(
  {
    version: Type.String({ description: 'Changes whenever the contents do; also the ETag.' }),
    flags: Type.Array(FlagRule, { description: 'All flags.' }),
  },
  { description: 'Everything that services need to evaluate flags by themselves.' },
);
export type FlagSnapshot = Static<typeof FlagSnapshot>;

/** Where a change is announced, below the deployment's key prefix; the message is the snapshot's new version. */
export const flagsChannel = ['flags', 'changed'] as const;

export const getFlagSnapshot = defineRoute({
  id: 'flags.getSnapshot',
  method: 'GET',
  path: '/internal/flags/snapshot',
  summary: 'All flags',
  description: 'For the SDK. Answers 304 where if-none-match names the current version.',
  auth: services('canvas', 'llm-router'),
  reply: raw(FlagSnapshot),
  otherReplies: { 304: empty },
  errors: ['DEPENDENCY_UNAVAILABLE'],
});
