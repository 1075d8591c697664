import { type ServiceName, serviceNames, serviceTable } from '@valuecanvas/contracts-core';
import type { ServiceVariables, Variable } from '@valuecanvas/environment';
import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
import type { IConfigMap, IContainer, IEnvVar, IService } from 'kubernetes-models/v1';
import { addressIn, deployedVariables, stopSeconds } from '../environment.ts';
import { type Manifest, manifestText } from './manifest-text.ts';
import { containerSecurity, folder, metadataOf, notice, podBasics, serviceAccount } from './objects.ts';
import { type callsBetween, serviceNetworkPolicy } from './service-network.ts';

/**
 * The drain is longer than the cluster takes to update endpoints. The grace is longer than LLM_DEADLINE, after which a
 * request for a model has its first content, and leaves time for the rest of its stream.
 */
const shutdown = { drainMs: 5_000, graceMs: 120_000 };

/** CPU of a replica above which another one is added. A process can use little more than one core. */
const busyReplica = '600m';

const poolSize = 5;

/** Connections of all pods at their maximum, and of one more of each service during a rollout. */
const connections =
  poolSize *
  serviceNames.map((service) => serviceTable[service].replicas.maximum + 1).reduce((sum, next) => sum + next);

/** Production values that differ from the defaults, for each service that reads the variable. */
const productionValues: Readonly<Record<string, string>> = {
  LOG_LEVEL: 'info',
  SENTRY_ENVIRONMENT: 'production',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel-collector.observability:4318',
  SHUTDOWN_DRAIN_MS: String(shutdown.drainMs),
  SHUTDOWN_GRACE_MS: String(shutdown.graceMs),
  DATABASE_POOL_SIZE: String(poolSize),
  PUBLIC_URL: 'https://api.valuecanvas.com',
  UPGRADE_URL: 'https://api.valuecanvas.com/upgrade',
  TRUST_PROXY: 'uniquelocal',
  HTTPS_ONLY: 'true',
};

const comments: Readonly<Record<string, string>> = {
  SHUTDOWN_DRAIN_MS: 'Longer than the cluster takes to update endpoints: until then requests still arrive.',
  SHUTDOWN_GRACE_MS: 'Longer than LLM_DEADLINE. terminationGracePeriodSeconds depends on it.',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'Without a collector, set it empty in platform-overrides.',
  DATABASE_POOL_SIZE: `All pods at their maximum, and one more of each service during a rollout, open ${connections} connections.`,
  TRUST_PROXY: 'The ingress reaches the gateway from an address of the cluster.',
};

/** The manifest of one service, with everything that runs it. */
export function serviceFile(
  { service, variables }: ServiceVariables,
  { version, calls }: { readonly version: string; readonly calls: ReturnType<typeof callsBetween> },
): string {
  const deployed = deployedVariables(variables);
  const secrets = deployed.filter(({ secret }) => secret);
  const optional = secrets.filter(isOptional).map(({ name }) => name);
  const required = secrets.filter((variable) => !isOptional(variable)).map(({ name }) => name);
  const objects: readonly Manifest[] = [
    configMap(service, deployed),
    serviceAccount(service),
    clusterService(service),
    deployment(service, { version, variables: deployed }),
    autoscaler(service),
    disruptionBudget(service),
    serviceNetworkPolicy({ service, variables }, calls),
  ];
  return manifestText({
    head: [
      notice,
      `kubectl apply -f ${folder}/${service}.yaml`,
      `Secret ${service}-secrets: ${required.join(', ')}; optional ${optional.join(', ')}.`,
    ],
    objects,
    comments,
  });
}

/** A variable that is required only if another is absent is optional in the Secret. */
function isOptional({ required, requiredWithout }: Variable): boolean {
  return !required || requiredWithout !== undefined;
}

function configMap(service: ServiceName, variables: readonly Variable[]): IConfigMap {
  const entries = variables.flatMap(({ name }) => {
    const value = productionValues[name] ?? addressIn(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataOf(service, `${service}-config`),
    data: Object.fromEntries(entries),
  };
}

function clusterService(service: ServiceName): IService {
  const { port, internalPort } = serviceTable[service];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(service),
    spec: {
      type: 'ClusterIP',
      selector: { app: service },
      ports: [
        { name: 'http', port, targetPort: 'http' },
        { name: 'internal', port: internalPort, targetPort: 'internal' },
      ],
    },
  };
}

interface DeploymentOptions {
  readonly version: string;
  readonly variables: readonly Variable[];
}

/** Has no number of replicas, which would undo the autoscaler's at each `kubectl apply`. */
function deployment(service: ServiceName, options: DeploymentOptions): IDeployment {
  const labels = { app: service };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadataOf(service),
    spec: {
      revisionHistoryLimit: 5,
      selector: { matchLabels: labels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels },
        spec: {
          ...podBasics(service),
          terminationGracePeriodSeconds: stopSeconds(shutdown),
          topologySpreadConstraints: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map(
            (topologyKey) => ({
              maxSkew: 1,
              topologyKey,
              whenUnsatisfiable: 'ScheduleAnyway' as const,
              labelSelector: { matchLabels: labels },
            }),
          ),
          initContainers: [schemaContainer(service, options)],
          containers: [serviceContainer(service, options)],
        },
      },
    },
  };
}

/** Ends once the migrations of this release are applied. */
function schemaContainer(service: ServiceName, { version, variables }: DeploymentOptions): IContainer {
  return {
    name: 'await-schema',
    image: `valuecanvas/migrate:${version}`,
    command: ['node', 'tools/database/src/commands/await-schema.ts'],
    env: variables
      .filter(({ name }) => name === 'DATABASE_URL')
      .flatMap((variable) => referenceOf(service, variable)),
    resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '128Mi' } },
    securityContext: containerSecurity,
  };
}

function serviceContainer(service: ServiceName, { version, variables }: DeploymentOptions): IContainer {
  const { port, internalPort, resources } = serviceTable[service];
  return {
    name: service,
    image: `valuecanvas/${service}:${version}`,
    ports: [
      { name: 'http', containerPort: port },
      { name: 'internal', containerPort: internalPort },
    ],
    // A later ConfigMap overrides an earlier one, so a deployment can set every variable without editing this file.
    envFrom: [
      { configMapRef: { name: `${service}-config` } },
      { configMapRef: { name: 'platform-overrides', optional: true } },
      { configMapRef: { name: `${service}-overrides`, optional: true } },
    ],
    env: variables.flatMap((variable) => referenceOf(service, variable)),
    startupProbe: {
      httpGet: { path: '/health/live', port: 'internal' },
      periodSeconds: 1,
      failureThreshold: 60,
    },
    livenessProbe: {
      httpGet: { path: '/health/live', port: 'internal' },
      periodSeconds: 10,
      timeoutSeconds: 3,
    },
    readinessProbe: {
      httpGet: { path: '/health/ready', port: 'internal' },
      periodSeconds: 5,
      timeoutSeconds: 3,
    },
    resources: {
      requests: { cpu: resources.cpu, memory: resources.memory },
      limits: { memory: resources.memoryLimit },
    },
    securityContext: containerSecurity,
  };
}

/**
 * The public keys come from a ConfigMap that all services share, a secret from the service's own Secret. Both may be absent,
 * because AWS Secrets Manager can hold them. A service that lacks a value says so and does not start.
 */
function referenceOf(service: ServiceName, { name, secret }: Variable): IEnvVar[] {
  if (name === 'INTERNAL_PUBLIC_KEYS') {
    return [
      { name, valueFrom: { configMapKeyRef: { name: 'internal-public-keys', key: name, optional: true } } },
    ];
  }
  if (!secret) return [];
  return [{ name, valueFrom: { secretKeyRef: { name: `${service}-secrets`, key: name, optional: true } } }];
}

function autoscaler(service: ServiceName): IHorizontalPodAutoscaler {
  const { minimum, maximum } = serviceTable[service].replicas;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadataOf(service),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: service },
      minReplicas: minimum,
      maxReplicas: maximum,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: busyReplica } },
        },
      ],
    },
  };
}

/** A drained node takes one replica at a time. */
function disruptionBudget(service: ServiceName): IPodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadataOf(service),
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: { app: service } },
      // A replica that is not ready serves no request, so it need not hold up the node.
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  };
}
