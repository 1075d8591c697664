import { defineRoute, empty, field, raw, services } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { PromptMetadata, PromptVariable, promptKey } from './prompt-version.ts';

/** A prompt as a service needs it to fill it in by itself. */
export const ActivePrompt = Type.Object(
  {
    versionId: field.uuid('Id of the version.'),
    promptKey,
    version: Type.Integer({ description: 'Number of the version.' }),
    template: Type.String({ description: 'Its text.' }),
    variables: Type.Array(PromptVariable, { description: 'Its blanks.' }),
    metadata: PromptMetadata,
  },
  { description: 'The active version of one prompt.' },
);
export type ActivePrompt = Static<typeof ActivePrompt>;

export const PromptSnapshot = Type.Object(
  {
    version: Type.String({ description: 'Changes whenever the contents do; also the ETag.' }),
    prompts: Type.Array(ActivePrompt, { description: 'All prompts that have an active version.' }),
  },
  { description: 'Everything that services need to render prompts by themselves.' },
);
export type PromptSnapshot = Static<typeof PromptSnapshot>;

/** Where a change is announced, below the deployment's key prefix; the message is the snapshot's new version. */
export const promptsChannel = ['prompts', 'changed'] as const;

export const getPromptSnapshot = defineRoute({
  id: 'prompts.getSnapshot',
  method: 'GET',
  path: '/internal/prompts/snapshot',
  summary: 'All active prompts',
  description: 'For the SDK. Answers 304 where if-none-match names the current version.',
  auth: services('canvas', 'llm-router'),
  reply: raw(PromptSnapshot),
  otherReplies: { 304: empty },
  errors: ['DEPENDENCY_UNAVAILABLE'],
});
