import type { PromptSnapshot, promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import type { SnapshotSource } from '@valuecanvas/live-snapshot';
import { type HandlersOf, respondIfChanged } from '@valuecanvas/service-kit';
import type { PromptsService } from './prompts.service.ts';
import { immutable, respondTagged } from './tagged.ts';

export const promptRoutes = (prompts: PromptsService, snapshots: SnapshotSource<PromptSnapshot>) =>
  ({
    getPrompt: async (call) =>
      respondTagged(call, await prompts.get(call.principal, call.params.promptKey, call.query)),
    getPromptVersion: async (call) =>
      respondTagged(call, await prompts.getVersion(call.principal, call.params), immutable),
    diffPromptVersions: async (call) =>
      respondTagged(call, await prompts.diff(call.principal, call.params.promptKey, call.query), immutable),
    renderPrompt: ({ principal, params, body }) => prompts.render(principal, params.promptKey, body),
    getPromptSnapshot: async (call) => respondIfChanged(call, await snapshots.refresh()),
  }) satisfies Partial<HandlersOf<typeof promptRegistryContract>>;
