import { defineRoute, empty, field, raw, services } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { labelName } from './labels.ts';
import {
  embeddedPrompts,
  PromptMetadata,
  PromptVariable,
  promptKey,
  promptMessages,
} from './prompt-version.ts';

/** Prompt with everything that a service needs to render it locally. */
export const ActivePrompt = Type.Object(
  {
    versionId: field.uuid('Id of the version.'),
    promptKey,
    version: Type.Integer({ description: 'Number of the version.' }),
    template: Type.String({ description: 'Template text.' }),
    messages: Type.Optional(promptMessages),
    variables: Type.Array(PromptVariable, { description: 'Variables of the template.' }),
    embedded: Type.Optional(embeddedPrompts),
    metadata: PromptMetadata,
  },
  { description: 'A version of a prompt.' },
);
export type ActivePrompt = Static<typeof ActivePrompt>;

const LabelledVersion = Type.Object(
  {
    promptKey,
    environment: Type.String({ description: 'Environment of the label.' }),
    label: labelName,
    versionId: field.uuid('Id of the version with the label.'),
  },
  { description: 'A label with its version.' },
);

const PromptTrial = Type.Object(
  {
    id: field.uuid('Id of the experiment or canary. Also the salt of its assignment.'),
    promptKey,
    environment: Type.String({ description: 'Environment in which it runs.' }),
    step: Type.Optional(field.count('Step of the canary. Absent for an experiment.')),
    coverage: Type.Number({ description: 'Percentage of the units that take part.' }),
    arms: Type.Array(
      Type.Object({
        name: Type.String({ description: 'Name of the arm.' }),
        weight: field.count('Share of the units in 1/100,000. The weights of all arms add up to 100,000.'),
        versionId: field.uuid('Id of the version that units of the arm get.'),
      }),
      { description: 'Arms in the order of their assignment.' },
    ),
  },
  { description: 'A running experiment or canary, which chooses the version of a prompt for each unit.' },
);
export type PromptTrial = Static<typeof PromptTrial>;

export const PromptSnapshot = Type.Object(
  {
    version: Type.String({
      description: 'Version of the snapshot, which changes with its content. Also its ETag.',
    }),
    prompts: Type.Array(ActivePrompt, { description: 'All prompts with an active version.' }),
    labels: Type.Optional(
      Type.Array(LabelledVersion, {
        description: 'All labels but `production` of the environment `default`.',
      }),
    ),
    labelled: Type.Optional(
      Type.Array(ActivePrompt, { description: 'The versions of these labels and of all trials, each once.' }),
    ),
    trials: Type.Optional(
      Type.Array(PromptTrial, {
        description: 'Running experiments and canaries, at most one for each prompt and environment.',
      }),
    ),
  },
  { description: 'All active prompt versions, for local rendering by services.' },
);
export type PromptSnapshot = Static<typeof PromptSnapshot>;

/** Redis channel for changes, below the deployment's key prefix. The message is the snapshot's new version. */
export const promptsChannel = ['prompts', 'changed'] as const;

export const getPromptSnapshot = defineRoute({
  id: 'prompts.getSnapshot',
  method: 'GET',
  path: '/internal/prompts/snapshot',
  summary: 'List active prompts',
  description:
    'Returns all active prompts for the SDK. Answers 304 if if-none-match has the current version.',
  auth: services('canvas', 'llm-router'),
  reply: raw(PromptSnapshot),
  otherReplies: { 304: empty },
  errors: ['DEPENDENCY_UNAVAILABLE'],
});
