import type { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { VersionsService } from './versions.service.ts';

export const versionRoutes = (versions: VersionsService) =>
  ({
    listPrompts: ({ page }) => versions.listPrompts(page),
    listPromptVersions: ({ principal, query, page }) => versions.list(principal, query, page),
    createPromptVersion: (call) => versions.create(call, call.body, call.keep),
  }) satisfies Partial<HandlersOf<typeof promptRegistryContract>>;
