import type { featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import { userContext } from '@valuecanvas/flags-sdk';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { CurrentFlags } from './current-flags.ts';

export const evaluationRoutes = (current: CurrentFlags) =>
  ({
    async evaluateFlags({ principal }) {
      const flags = await current();
      const context = userContext(principal);
      const evaluations = [...flags].map(([key, evaluate]) => [key, evaluate(context)] as const);
      return { flags: Object.fromEntries(evaluations) };
    },
  }) satisfies Partial<HandlersOf<typeof featureFlagsContract>>;
