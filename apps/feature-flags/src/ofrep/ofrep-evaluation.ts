import { AppError, type UserPrincipal } from '@valuecanvas/contracts-core';
import {
  type OfrepContext,
  type OfrepEvaluation,
  targetingKeyPath,
} from '@valuecanvas/contracts-feature-flags';
import { contextFrom, type EvaluationContext, userContext } from '@valuecanvas/flags-sdk';
import type { CurrentFlag } from '../evaluation/compose-evaluation.ts';

/**
 * Returns the context of an evaluation. For a signed-in user, tier and role are the verified ones, and the user is the default
 * subject. An API key evaluates for its owner's application, so the request has to name the subject, and its attributes count.
 */
export function contextOf(principal: UserPrincipal, given: OfrepContext = {}): EvaluationContext {
  if (principal.apiKeyId === undefined) {
    const own = userContext(principal);
    const { targetingKey = own.targetingKey } = given;
    return { ...contextFrom({ ...given, targetingKey }), tier: own.tier, role: own.role };
  }
  const { targetingKey = refuseMissingKey() } = given;
  return contextFrom({ ...given, targetingKey });
}

function refuseMissingKey(): never {
  throw new AppError('VALIDATION_FAILED', {
    details: [{ path: targetingKeyPath, message: 'is required with an API key' }],
    extra: { isTargetingKeyMissing: true },
  });
}

/**
 * Evaluates a flag in the OFREP format. Without a value, the client uses the default of the code: for a disabled flag, and for a
 * flag with variants that has none for the context.
 */
export function evaluateForOfrep(
  { rule, evaluate }: CurrentFlag,
  context: EvaluationContext,
): OfrepEvaluation {
  const { key, version, variants } = rule;
  const { variant, value, reason } = evaluate(context);
  const hasValue = reason !== 'DISABLED' && (variants === undefined || variant !== null);
  return {
    key,
    reason,
    ...(variant === null ? {} : { variant }),
    ...(hasValue ? { value } : {}),
    metadata: { version },
  };
}
