import type { RouteDefinition } from '@valuecanvas/contracts-core';
import { getLiveness, getReadiness, getVersion } from '@valuecanvas/contracts-gateway';

const operations = new Set<RouteDefinition | undefined>([getVersion, getLiveness, getReadiness]);

/**
 * Returns true for the health routes, which load balancers and monitoring call. They are not rate limited, are reachable
 * without encryption, and ignore credentials.
 */
export function isHealthRoute(operation: RouteDefinition | undefined): boolean {
  return operations.has(operation);
}
