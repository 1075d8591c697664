import type { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { PromptsService } from './prompts.service.ts';

export const promptRoutes = (prompts: PromptsService) =>
  ({
    getPrompt: ({ principal, params }) => prompts.get(principal, params.promptKey),
    renderPrompt: ({ principal, params, body }) => prompts.render(principal, params.promptKey, body),
  }) satisfies Partial<HandlersOf<typeof promptRegistryContract>>;
