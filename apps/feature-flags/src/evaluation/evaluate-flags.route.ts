import { evaluateFlags } from '@valuecanvas/contracts-feature-flags';
import { userContext } from '@valuecanvas/flags-sdk';
import { serve } from '@valuecanvas/service-kit';
import type { CurrentFlags } from './current-flags.ts';

export const evaluateFlagsRoute = (current: CurrentFlags) =>
  serve(evaluateFlags, async ({ principal }) => {
    const { flags } = await current.known();
    const context = userContext(principal);
    const evaluations = [...flags].map(([key, evaluate]) => [key, evaluate(context)] as const);
    return { flags: Object.fromEntries(evaluations) };
  });
