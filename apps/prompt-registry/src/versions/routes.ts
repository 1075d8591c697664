import type { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { VersionsService } from './versions.service.ts';

export const versionRoutes = (versions: VersionsService) =>
  ({
    listPromptVersions: ({ principal, query }) => versions.list(principal, query),
    createPromptVersion: ({ principal, body, keep }) => versions.create(principal, body, keep),
    activatePromptVersion: ({ params }) => versions.activate(params.promptKey, params.version),
  }) satisfies Partial<HandlersOf<typeof promptRegistryContract>>;
