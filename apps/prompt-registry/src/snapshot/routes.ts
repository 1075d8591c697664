import type { PromptSnapshot, promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import type { SnapshotSource } from '@valuecanvas/live-snapshot';
import { type HandlersOf, respondIfChanged } from '@valuecanvas/service-kit';

export const snapshotRoutes = (snapshots: SnapshotSource<PromptSnapshot>) =>
  ({
    getPromptSnapshot: async (call) => respondIfChanged(call, await snapshots.refresh()),
  }) satisfies Partial<HandlersOf<typeof promptRegistryContract>>;
