import type { UserPrincipal } from '@valuecanvas/contracts-core';

/** For whom answers are kept, for how long, and up to which size. */
export interface CachingRules {
  readonly isOn: (user: UserPrincipal) => boolean;
  readonly scope: 'user' | 'shared';
  readonly ttlMs: number;
  readonly maxEntryBytes: number;
}
