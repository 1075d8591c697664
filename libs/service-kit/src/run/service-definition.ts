import type { Contract } from '@valuecanvas/contracts-core';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { TProperties } from 'typebox';
import type { KitVariables, modelVariables } from '../config/kit-variables.ts';
import type { ConfigOf } from '../config/parse-config.ts';
import type { Rotation } from '../config/rotation.ts';
import type { Authenticator } from '../http/authenticator.ts';
import type { Implementation } from '../http/implement.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Probe } from './health.ts';
import type { Lifecycle } from './lifecycle.ts';

/** Configuration that every service has, and that of services with operations that wait for a model. */
export type KitConfig = ConfigOf<KitVariables> & Partial<ConfigOf<typeof modelVariables>>;

/** Dependencies that the kit passes to `compose`. */
export interface Kit<C extends KitConfig = KitConfig> {
  readonly config: C;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  /** New values of variables that come from files or from Secrets Manager. */
  readonly rotation: Rotation<C>;
  /** Returns the time in milliseconds since the epoch. */
  readonly now: () => number;
}

/** Result of `compose`: the routes of a service, its authenticator and its probes. */
export interface Composition<C extends Contract = Contract> {
  /** `implement(contract, handlers)`. */
  readonly routes: Implementation<C>;
  /** Probes of dependencies that this process cannot work without. Their names appear in /health/ready. */
  readonly probes: Readonly<Record<string, Probe>>;
  /**
   * Probes of what the service's main job needs, although the process can work without it: /health/ready shows them, and the
   * platform counts them, but they do not take this process out of service.
   */
  readonly reports?: Readonly<Record<string, Probe>>;
  /** `internalTokenAuthenticator` behind the edge. The edge has its own. */
  readonly authenticate: Authenticator;
  readonly edge?: Edge;
}

/** Features that only the service at the edge has. */
export interface Edge {
  /** Addresses and ranges of proxies whose x-forwarded-for header is trusted. */
  readonly trustedProxies: readonly string[];
  /** Adds hooks that run before authentication. */
  protect(app: FastifyInstance): Promise<void>;
  /** Contracts of the services to which `forward` sends requests. */
  readonly behind?: readonly Contract[];
  /** Adds the forwarded paths. The kit authenticates their callers. */
  forward(app: FastifyInstance): Promise<void>;
}

/** Description of a service. It has no effect until the service is started. */
export interface ServiceDefinition<C extends KitConfig = KitConfig> {
  readonly contract: Contract;
  /** Schemas of the environment variables from which `config` is parsed. */
  readonly variables: TProperties;
  /** Attributes of the service's own spans that may be exported. They must not hold content. */
  readonly spanAttributes?: readonly string[];
  compose(kit: Kit<C>): Promise<Composition> | Composition;
}

/** Returns its argument, and infers the type of `config` from the variables. */
export function defineService<C extends Contract, V extends KitVariables & TProperties>(definition: {
  readonly contract: C;
  readonly variables: V;
  readonly spanAttributes?: readonly string[];
  compose(kit: Kit<ConfigOf<V> & KitConfig>): Promise<Composition<C>> | Composition<C>;
}): ServiceDefinition<ConfigOf<V> & KitConfig> {
  return definition;
}
