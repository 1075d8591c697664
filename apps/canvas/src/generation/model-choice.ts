import type { UserPrincipal } from '@valuecanvas/contracts-core';
import type { Flags } from '@valuecanvas/flags-sdk';

/** The model of the variant that a user has been given, where the flag says anything about models. */
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
