import { canStream, isInternal, type RouteDefinition } from '@valuecanvas/contracts-core';

/** Returns the methods that a path allows, as the header `allow` lists them, or '' if the path does not exist. */
export type AllowedMethods = (path: string) => string;

/** Considers public routes only, so that internal ones are not disclosed. */
export function createAllowedMethods(routes: readonly RouteDefinition[]): AllowedMethods {
  return (path) => {
    const asked = path.split('/');
    const found = routes.filter((route) => fits(route.path.split('/'), asked) && !isInternal(route));
    return [...new Set(found.flatMap(methodsOf))].sort().join(', ');
  };
}

/** Streams do not support HEAD: a stream is not started for its head alone. */
export function methodsOf(route: RouteDefinition): readonly string[] {
  return route.method === 'GET' && !canStream(route) ? ['GET', 'HEAD'] : [route.method];
}

/** Matches as the router does: a parameter is any non-empty text. */
function fits(pattern: readonly string[], asked: readonly string[]): boolean {
  if (pattern.length !== asked.length) return false;
  return pattern.every((segment, at) => (segment.startsWith(':') ? asked[at] !== '' : segment === asked[at]));
}
