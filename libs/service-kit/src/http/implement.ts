import type { Contract, IdempotencyStore, RouteDefinition } from '@valuecanvas/contracts-core';
import type { Call, Outcome } from './call.ts';
import type { KeepsAnswers, Kept, Transaction } from './idempotency.ts';
import type { SendsEvents, StreamBody } from './stream.ts';

/**
 * Serves one route. Gets a validated call, and returns the reply that the contract declares or throws an AppError. The
 * handler of an idempotent route with events sends them with `send`. The kit streams them if the client prefers a stream,
 * followed by the answer as `done`.
 */
export type Handler<R extends RouteDefinition> = R['idempotent'] extends true
  ? (call: IdempotentCallOf<R>) => Promise<Kept<StoredOutcome<R>>> | Kept<StoredOutcome<R>>
  : PlainHandler<R>;

type StoredOutcome<R extends RouteDefinition> = Exclude<Outcome<R>, StreamBody>;
type IdempotentCallOf<R extends RouteDefinition> = Call<R> &
  KeepsAnswers<StoredOutcome<R>> &
  (R['events'] extends object ? SendsEvents<R> : unknown);

/** A handler whose answers are not stored. */
export type PlainHandler<R extends RouteDefinition> = (call: Call<R>) => Promise<Outcome<R>> | Outcome<R>;

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
  /** Present if answers are stored under idempotency keys. */
  readonly idempotency?: IdempotencyStore<Transaction>;
}

/** Contract with a handler or `forwarded` for each route. */
export interface Implementation<C extends Contract = Contract> {
  readonly contract: C;
  readonly served: readonly BoundRoute[];
  readonly forwarded: readonly RouteDefinition[];
}

/** Store for the answers of idempotent routes. Required if the contract has any. */
type StoreFor<C extends Contract> = true extends {
  [K in keyof C['routes']]: C['routes'][K]['idempotent'] extends true ? true : false;
}[keyof C['routes']]
  ? [idempotency: IdempotencyStore<Transaction>]
  : [];

/**
 * Binds handlers to their contract. A missing route, a route that the contract lacks and a handler whose result differs
 * from its route's reply are type errors.
 */
export function implement<C extends Contract, H extends HandlersOf<C>>(
  contract: C,
  handlers: H & NoForeignRoutes<C, H>,
  ...[idempotency]: StoreFor<C>
): Implementation<C> {
  const routes = Object.entries(contract.routes).map(([name, definition]) => ({
    definition,
    handle: (handlers as Readonly<Record<string, unknown>>)[name],
    ...(definition.idempotent === true ? { idempotency: present(definition, idempotency) } : {}),
  }));
  const isServed = (route: (typeof routes)[number]): route is BoundRoute => route.handle !== forwarded;
  return {
    contract,
    served: routes.filter(isServed),
    forwarded: routes.filter((route) => !isServed(route)).map(({ definition }) => definition),
  };
}

function present(
  { id }: RouteDefinition,
  store: IdempotencyStore<Transaction> | undefined,
): IdempotencyStore<Transaction> {
  if (store) return store;
  throw new Error(`${id} is idempotent, but its service has no store for answers. Pass one to implement().`);
}
