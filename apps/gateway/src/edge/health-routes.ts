import type { RouteDefinition } from '@valuecanvas/contracts-core';
import { getLiveness, getReadiness, getVersion } from '@valuecanvas/contracts-gateway';

const operations = new Set<RouteDefinition | undefined>([getVersion, getLiveness, getReadiness]);

/**
 * Tells whether an operation is a health route, as load balancers and monitoring call them. Health routes are not rate
 * limited, are reachable without encryption, and ignore credentials.
 */
export function isHealthRoute(operation: RouteDefinition | undefined): boolean {
  return operations.has(operation);
}
