import type { UserPrincipal } from '@valuecanvas/contracts-core';

/** Cache settings: for which users, for how long, and up to which size answers are stored. */
export interface CachingRules {
  readonly isOn: (user: UserPrincipal) => boolean;
  readonly scope: 'user' | 'shared';
  readonly ttlMs: number;
  readonly maxEntryBytes: number;
}
