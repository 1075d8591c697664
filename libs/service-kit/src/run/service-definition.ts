import type { Contract } from '@valuecanvas/contracts-core';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { TProperties } from 'typebox';
import type { KitVariables } from '../config/kit-variables.ts';
import type { ConfigOf } from '../config/parse-config.ts';
import type { Authenticator } from '../http/authenticator.ts';
import type { Implementation } from '../http/implement.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Probe } from './health.ts';
import type { Lifecycle } from './lifecycle.ts';

/** What every service's configuration has. */
export type KitConfig = ConfigOf<KitVariables>;

/** What the frame hands to a service when it is composed. */
export interface Kit<C extends KitConfig = KitConfig> {
  readonly config: C;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What a service hands back: its routes, and what it cannot work without. */
export interface Composition<C extends Contract = Contract> {
  /** `implement(contract, handlers)`. */
  readonly routes: Implementation<C>;
  /** Only what this process itself cannot work without; names appear in /health/ready. */
  readonly probes: Readonly<Record<string, Probe>>;
  /** `believeInternalTokens` behind the edge; the edge brings its own. */
  readonly authenticate: Authenticator;
  readonly edge?: Edge;
}

/** What only the service at the edge has. */
export interface Edge {
  /** Addresses and ranges of the proxies whose x-forwarded-for is believed. */
  readonly trustedProxies: readonly string[];
  /** Adds the hooks that run around every request before it is known who asks. */
  protect(app: FastifyInstance): Promise<void>;
  /** Contracts of the services to which `forward` leads. */
  readonly behind?: readonly Contract[];
  /** Adds the forwarded paths. The frame authenticates their callers. */
  forward(app: FastifyInstance): Promise<void>;
}

/** A service, described: nothing happens until it is started. */
export interface ServiceDefinition<C extends KitConfig = KitConfig> {
  readonly contract: Contract;
  /** One schema per environment variable, from which `config` is read. */
  readonly variables: TProperties;
  /** Attributes of the service's own spans, which would not be exported otherwise. They hold no content. */
  readonly spanAttributes?: readonly string[];
  compose(kit: Kit<C>): Promise<Composition> | Composition;
}

/** Identity at run time; infers the configuration's type for `compose` from the variables. */
export function defineService<C extends Contract, V extends KitVariables & TProperties>(definition: {
  readonly contract: C;
  readonly variables: V;
  readonly spanAttributes?: readonly string[];
  compose(kit: Kit<ConfigOf<V> & KitConfig>): Promise<Composition<C>> | Composition<C>;
}): ServiceDefinition<ConfigOf<V> & KitConfig> {
  return definition;
}
