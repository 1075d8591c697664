import type { FlagSnapshot, featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import type { SnapshotSource } from '@valuecanvas/live-snapshot';
import { type HandlersOf, respondIfChanged } from '@valuecanvas/service-kit';

export const snapshotRoutes = (snapshots: SnapshotSource<FlagSnapshot>) =>
  ({
    /** Loads the snapshot for each request, because a caller that reacts to a published change must receive that change. */
    getFlagSnapshot: async (call) => respondIfChanged(call, await snapshots.refresh()),
  }) satisfies Partial<HandlersOf<typeof featureFlagsContract>>;
