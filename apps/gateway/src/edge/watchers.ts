import type { RouteDefinition } from '@valuecanvas/contracts-core';
import { getLiveness, getReadiness, getVersion } from '@valuecanvas/contracts-gateway';

const operations = new Set<RouteDefinition | undefined>([getVersion, getLiveness, getReadiness]);

/**
 * Whether an operation is for whoever watches over the platform, load balancers among them: they are never limited, may
 * come without encryption, and what they show is not worth a look.
 */
export function isForWatchers(operation: RouteDefinition | undefined): boolean {
  return operations.has(operation);
}
