import { type Dialect, ownDialect } from './dialect.ts';
import type { RouteDefinition } from './route.ts';
import type { ServiceName } from './services.ts';

/** Everything that one service answers over HTTP. */
export interface Contract {
  readonly service: ServiceName;
  readonly title: string;
  readonly description: string;
  /** The gateway forwards paths under these to the service; the longest match wins. */
  readonly prefixes: readonly string[];
  /** Protocols by the prefix below which they are spoken, for requests that match no route; our own elsewhere. */
  readonly dialects?: Readonly<Record<string, Dialect>>;
  /**
   * Services that may call this one, with whatever principal they vouch for. Those that a route names in `services(…)`
   * need not be among them: they may call for themselves.
   */
  readonly callers: readonly ServiceName[];
  readonly routes: Readonly<Record<string, RouteDefinition>>;
}

/** Identity at run time; keeps the literal types that clients derive from. */
export function defineContract<const C extends Contract>(contract: C): C {
  return contract;
}

/** True for routes that only other services may call; the gateway forwards and documents the rest. */
export function isInternal(route: RouteDefinition): boolean {
  return route.auth.kind === 'service';
}

/** Whether a path lies under a prefix, on segment borders. */
export function isUnder(prefix: string, path: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

/** The protocol that a contract speaks at a path, whether or not it has a route there. */
export function dialectAt({ dialects = {} }: Pick<Contract, 'dialects'>, path: string): Dialect {
  const found = Object.entries(dialects).find(([prefix]) => isUnder(prefix, path));
  return found?.[1] ?? ownDialect;
}
