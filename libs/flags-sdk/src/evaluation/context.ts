import type { UserPrincipal } from '@valuecanvas/contracts-core';

/** For whom a flag is evaluated. */
export interface EvaluationContext {
  /** Decides on which side of a split somebody falls: the user's id. */
  readonly targetingKey: string;
  readonly tier?: string;
  readonly role?: string;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country?: string;
  /** What targeting rules can ask for beyond the fields above. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** The context of a signed-in user, from what the edge has vouched for. */
export function userContext({ userId, tier, role }: UserPrincipal): EvaluationContext {
  return { targetingKey: userId, tier, role };
}
