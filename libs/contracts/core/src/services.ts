interface ServiceEntry {
  /** Port of the service's HTTP API. */
  readonly port: number;
  /** Port of health checks and metrics, never exposed outside the cluster. */
  readonly internalPort: number;
  /** Description of the service's responsibility, for the architecture page. */
  readonly owns: string;
  /** True if the platform reports not ready while this service is unavailable. */
  readonly essential: boolean;
  /** True if it calls other services, so that it has a key to sign internal tokens. */
  readonly signs: boolean;
  /** Resource requests of one replica, and its memory limit. */
  readonly resources: { readonly cpu: string; readonly memory: string; readonly memoryLimit: string };
  /** Replicas in a cluster, whose number the autoscaler chooses. */
  readonly replicas: { readonly minimum: number; readonly maximum: number };
}

/**
 * Table of services. The name of a service is that of its folder, image, manifest and tokens. The Compose file,
 * manifests, Dockerfiles, database roles, lint owners and documentation are generated from this table, from the
 * contracts and from each service's src/config.ts.
 */
export const serviceTable = {
  gateway: {
    port: 3000,
    internalPort: 9100,
    owns: 'accounts and sessions, limits for all routes, routing, the API document',
    essential: true,
    signs: true,
    resources: { cpu: '100m', memory: '256Mi', memoryLimit: '512Mi' },
    replicas: { minimum: 2, maximum: 6 },
  },
  'llm-router': {
    port: 3101,
    internalPort: 9101,
    owns: 'providers, failover, cache, limits and budgets, the usage ledger',
    essential: true,
    signs: true,
    resources: { cpu: '100m', memory: '256Mi', memoryLimit: '768Mi' },
    replicas: { minimum: 2, maximum: 6 },
  },
  canvas: {
    port: 3102,
    internalPort: 9102,
    owns: 'canvases, their revisions, generation and refinement',
    essential: true,
    signs: true,
    // The process that draws exports needs up to 450 MB for the largest canvas, and starts it with at most 300 MB.
    resources: { cpu: '100m', memory: '192Mi', memoryLimit: '1Gi' },
    replicas: { minimum: 2, maximum: 6 },
  },
  'prompt-registry': {
    port: 3103,
    internalPort: 9103,
    owns: 'prompt versions, executions, ratings',
    essential: false,
    signs: true,
    resources: { cpu: '100m', memory: '160Mi', memoryLimit: '384Mi' },
    replicas: { minimum: 2, maximum: 3 },
  },
  'feature-flags': {
    port: 3104,
    internalPort: 9104,
    owns: 'flags and their evaluation',
    essential: false,
    signs: true,
    resources: { cpu: '100m', memory: '160Mi', memoryLimit: '384Mi' },
    replicas: { minimum: 2, maximum: 3 },
  },
  'job-worker': {
    port: 3105,
    internalPort: 9105,
    owns: 'jobs, their results, the workers',
    essential: false,
    signs: true,
    resources: { cpu: '100m', memory: '256Mi', memoryLimit: '768Mi' },
    replicas: { minimum: 2, maximum: 10 },
  },
} as const satisfies Readonly<Record<string, ServiceEntry>>;

export type ServiceName = keyof typeof serviceTable;

/** Names of all services, in the order of the table. */
export const serviceNames: readonly ServiceName[] = Object.keys(serviceTable) as ServiceName[];

type SnakeCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}_${SnakeCase<Tail>}`
  : Name;

export type DatabaseRole<Name extends ServiceName = ServiceName> = `vc_${SnakeCase<Name>}`;
export type VariablePrefix<Name extends ServiceName = ServiceName> = Uppercase<SnakeCase<Name>>;

/** Returns the PostgreSQL role of a service, such as `vc_llm_router`. */
export function databaseRole<Name extends ServiceName>(service: Name): DatabaseRole<Name> {
  return `vc_${service.replaceAll('-', '_')}` as DatabaseRole<Name>;
}

/** Returns the prefix of a service's variables, such as `LLM_ROUTER` in `LLM_ROUTER_URL`. */
export function variablePrefix<Name extends ServiceName>(service: Name): VariablePrefix<Name> {
  return service.toUpperCase().replaceAll('-', '_') as VariablePrefix<Name>;
}
