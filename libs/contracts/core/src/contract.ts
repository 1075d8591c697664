import { type Dialect, ownDialect } from './dialect.ts';
import type { SecuritySchemes } from './openapi-security.ts';
import type { RouteDefinition } from './route.ts';
import type { ServiceName } from './services.ts';

/** HTTP API of one service. */
export interface Contract {
  readonly service: ServiceName;
  readonly title: string;
  readonly description: string;
  /** Path prefixes that the gateway forwards to the service. The longest match wins. */
  readonly prefixes: readonly string[];
  /** Dialects by path prefix, for requests that match no route. Other paths use the platform's own dialect. */
  readonly dialects?: Readonly<Record<string, Dialect>>;
  /** Credentials that the service at the edge accepts, for all contracts. */
  readonly securitySchemes?: SecuritySchemes;
  /**
   * Services that may call this one on behalf of any principal. Services that a route names in `services(…)` act as
   * themselves and need not be listed.
   */
  readonly callers: readonly ServiceName[];
  readonly routes: Readonly<Record<string, RouteDefinition>>;
}

/** Returns its argument, and keeps the literal types from which clients derive. */
export function defineContract<const C extends Contract>(contract: C): C {
  return contract;
}

/** Returns true for routes that only other services may call. The gateway forwards and documents the rest. */
export function isInternal(route: RouteDefinition): boolean {
  return route.auth.kind === 'service';
}

/** Returns true if a path is below a prefix, by whole segments. */
export function isUnder(prefix: string, path: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

/** Returns the dialect of a contract at a path, even if it has no route there. */
export function dialectAt({ dialects = {} }: Pick<Contract, 'dialects'>, path: string): Dialect {
  const found = Object.entries(dialects).find(([prefix]) => isUnder(prefix, path));
  return found?.[1] ?? ownDialect;
}
