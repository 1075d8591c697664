import { hash } from 'node:crypto';
import type { FlagRule, FlagSnapshot } from '@valuecanvas/contracts-feature-flags';

/** All rules under a version that follows from them alone, so that every replica gives equal rules the same one. */
export function toSnapshot(flags: FlagRule[]): FlagSnapshot {
  return { version: hash('sha256', JSON.stringify(flags), 'base64url'), flags };
}
