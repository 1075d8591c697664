import { AppError } from '@valuecanvas/contracts-core';
import type {
  FlagExplanation,
  FlagSnapshot,
  featureFlagsContract,
} from '@valuecanvas/contracts-feature-flags';
import { contextFrom, explainFlag as explain, userContext } from '@valuecanvas/flags-sdk';
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
    async explainFlag({ params: { key }, body }): Promise<FlagExplanation> {
      const { flags, compiled } = await current();
      const flag = flags.get(key);
      if (!flag) throw new AppError('NOT_FOUND', { message: `The flag "${key}" does not exist.` });
      const { evaluation, steps, decidedBy, unit, bucket } = explain(
        flag.rule,
        compiled,
        contextFrom(body.context),
      );
      return {
        evaluation,
        version: flag.rule.version,
        steps: steps.map((step, index) => ({ ...step, decided: index === decidedBy })),
        unit: unit ?? null,
        bucket: bucket ?? null,
      };
    },
    /** Loads the snapshot for each request, because a caller that reacts to a published change must receive that change. */
    getFlagSnapshot: async (call) => respondIfChanged(call, await snapshots.refresh()),
  }) satisfies Partial<HandlersOf<typeof featureFlagsContract>>;
