import type { FlagSnapshot, featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import { userContext } from '@valuecanvas/flags-sdk';
import type { SnapshotSource } from '@valuecanvas/live-snapshot';
import { type HandlersOf, respondIfChanged } from '@valuecanvas/service-kit';
import type { CurrentFlags } from './compose-evaluation.ts';

export const evaluationRoutes = (current: CurrentFlags, snapshots: SnapshotSource<FlagSnapshot>) =>
  ({
    async evaluateFlags({ principal }) {
      const { flags } = await current();
      const context = userContext(principal);
      const evaluations = [...flags].map(([key, { evaluate }]) => [key, evaluate(context)] as const);
      return { flags: Object.fromEntries(evaluations) };
    },
    /** Loads the snapshot for each request, because a caller that reacts to a published change must receive that change. */
    getFlagSnapshot: async (call) => respondIfChanged(call, await snapshots.refresh()),
  }) satisfies Partial<HandlersOf<typeof featureFlagsContract>>;
