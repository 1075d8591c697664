import type { Contract, RouteDefinition } from '@valuecanvas/contracts-core';
import type { Call, Outcome } from './call.ts';

/** Serves one route. Gets a validated call, and returns the reply that the contract declares or throws an AppError. */
export type Handler<R extends RouteDefinition> = (call: Call<R>) => Promise<Outcome<R>> | Outcome<R>;

/** Marks a route that the edge forwards instead of serving it. */
export const forwarded: unique symbol = Symbol('forwarded');

/** One handler per route of a contract. A feature provides a part: `satisfies Partial<HandlersOf<typeof contract>>`. */
export type HandlersOf<C extends Contract> = {
  readonly [K in keyof C['routes']]: Handler<C['routes'][K]> | typeof forwarded;
};

/** Turns each key that the contract lacks into a type error, even if it arrives through a spread. */
export type NoForeignRoutes<C extends Contract, H> = {
  readonly [K in Exclude<keyof H, keyof C['routes']>]: never;
};

/** Route of a contract with its handler. */
export interface BoundRoute {
  readonly definition: RouteDefinition;
  readonly handle: (call: Call) => unknown;
}

/** Contract with a handler or `forwarded` for each route. */
export interface Implementation<C extends Contract = Contract> {
  readonly contract: C;
  readonly served: readonly BoundRoute[];
  readonly forwarded: readonly RouteDefinition[];
}

/**
 * Binds handlers to their contract. A missing route, a route that the contract lacks and a handler whose result differs
 * from its route's reply are type errors.
 */
export function implement<C extends Contract, H extends HandlersOf<C>>(
  contract: C,
  handlers: H & NoForeignRoutes<C, H>,
): Implementation<C> {
  const routes = Object.entries(contract.routes).map(([name, definition]) => ({
    definition,
    handle: (handlers as Readonly<Record<string, unknown>>)[name],
  }));
  const isServed = (route: (typeof routes)[number]): route is BoundRoute => route.handle !== forwarded;
  return {
    contract,
    served: routes.filter(isServed),
    forwarded: routes.filter((route) => !isServed(route)).map(({ definition }) => definition),
  };
}
