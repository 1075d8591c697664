import { canStream, isInternal, type RouteDefinition } from '@valuecanvas/contracts-core';

/** Tells the methods with which a path may be asked, as the header `allow` lists them; '' where it is not there at all. */
export type AllowedMethods = (path: string) => string;

/** Looks among public routes: nobody outside need know which others there are. */
export function createAllowedMethods(routes: readonly RouteDefinition[]): AllowedMethods {
  return (path) => {
    const asked = path.split('/');
    const found = routes.filter((route) => fits(route.path.split('/'), asked) && !isInternal(route));
    return [...new Set(found.flatMap(methodsOf))].sort().join(', ');
  };
}

/** A stream is not begun for somebody who wants just its head. */
export function methodsOf(route: RouteDefinition): readonly string[] {
  return route.method === 'GET' && !canStream(route) ? ['GET', 'HEAD'] : [route.method];
}

/** As the router matches: a parameter is any text that is not empty. */
function fits(pattern: readonly string[], asked: readonly string[]): boolean {
  if (pattern.length !== asked.length) return false;
  return pattern.every((segment, at) => (segment.startsWith(':') ? asked[at] !== '' : segment === asked[at]));
}
