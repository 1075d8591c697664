import type { UserPrincipal } from '@valuecanvas/contracts-core';
import type { suppliedAttributes } from '@valuecanvas/contracts-feature-flags';

/** Context in which a flag is evaluated. */
export interface EvaluationContext {
  /** Key that selects the bucket and the variant: the user's id. */
  readonly targetingKey: string;
  readonly tier?: string;
  readonly role?: string;
  /** ISO 3166-1 alpha-2 code in upper case. */
  readonly country?: string;
  /** Further attributes for targeting rules. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

type Supplied = Required<Pick<EvaluationContext, (typeof suppliedAttributes)[number]>>;

/** Returns the context of a signed-in user, from the verified principal. */
export function userContext({ userId, tier, role }: UserPrincipal): Supplied {
  return { targetingKey: userId, tier, role };
}

/** Returns the context that a set of attributes describes. Tier, role and country count only as texts. */
export function contextFrom({
  targetingKey,
  ...attributes
}: { readonly targetingKey: string } & Readonly<Record<string, unknown>>): EvaluationContext {
  const text = (name: string) => {
    const value = attributes[name];
    return typeof value === 'string' ? { [name]: value } : {};
  };
  return { targetingKey, ...text('tier'), ...text('role'), ...text('country'), attributes };
}
