import type { UserPrincipal } from '@valuecanvas/contracts-core';
import type { Flags } from '@valuecanvas/flags-sdk';

/** Returns the model in the user's variant of the flag, if the variant names one. */
export function modelFromFlag(flags: Flags, user: UserPrincipal): string | undefined {
  const evaluation = flags.evaluate('ai_model_selection', {
    targetingKey: user.userId,
    tier: user.tier,
    role: user.role,
  });
  if (!evaluation?.enabled) return undefined;
  const { model } = (evaluation.value ?? {}) as { model?: unknown };
  return typeof model === 'string' ? model : undefined;
}
