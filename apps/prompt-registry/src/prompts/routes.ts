import type { PromptSnapshot, promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import type { SnapshotSource } from '@valuecanvas/live-snapshot';
import { type HandlersOf, respondIfChanged } from '@valuecanvas/service-kit';
import type { PromptsService } from './prompts.service.ts';

export const promptRoutes = (prompts: PromptsService, snapshots: SnapshotSource<PromptSnapshot>) =>
  ({
    getPrompt: ({ principal, params, query }) => prompts.get(principal, params.promptKey, query),
    renderPrompt: ({ principal, params, body }) => prompts.render(principal, params.promptKey, body),
    getPromptSnapshot: async (call) => respondIfChanged(call, await snapshots.refresh()),
  }) satisfies Partial<HandlersOf<typeof promptRegistryContract>>;
