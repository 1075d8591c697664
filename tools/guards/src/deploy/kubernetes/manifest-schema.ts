import Type, { type Static, type TProperties } from 'typebox';

/**
 * Which fields the manifests have, and what those must say that no service may choose. Closed, so that a misspelt
 * field is found here and not by the cluster.
 */
const closed = <P extends TProperties>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });

const Text = Type.String({ minLength: 1 });
const Count = Type.Integer({ minimum: 1 });
const App = closed({ app: Text });
const Metadata = closed({ name: Text, namespace: Type.Literal('valuecanvas'), labels: App });

const ConfigMap = closed({
  apiVersion: Type.Literal('v1'),
  kind: Type.Literal('ConfigMap'),
  metadata: Metadata,
  data: Type.Record(Type.String(), Type.String()),
});

const Service = closed({
  apiVersion: Type.Literal('v1'),
  kind: Type.Literal('Service'),
  metadata: Metadata,
  spec: closed({
    type: Type.Literal('ClusterIP'),
    selector: App,
    ports: Type.Array(closed({ name: Text, port: Count, targetPort: Text })),
  }),
});

const EnvironmentVariable = closed({
  name: Text,
  value: Type.Optional(Type.String()),
  valueFrom: Type.Optional(
    closed({
      secretKeyRef: Type.Optional(closed({ name: Text, key: Text, optional: Type.Optional(Type.Boolean()) })),
      configMapKeyRef: Type.Optional(closed({ name: Text, key: Text })),
    }),
  ),
});

const PodSecurity = closed({
  runAsNonRoot: Type.Literal(true),
  runAsUser: Type.Literal(1000),
  runAsGroup: Type.Literal(1000),
  seccompProfile: closed({ type: Type.Literal('RuntimeDefault') }),
});

const container = {
  name: Text,
  image: Text,
  env: Type.Array(EnvironmentVariable),
  resources: closed({
    requests: closed({ cpu: Text, memory: Text }),
    limits: closed({ cpu: Type.Optional(Text), memory: Text }),
  }),
  securityContext: closed({
    allowPrivilegeEscalation: Type.Literal(false),
    readOnlyRootFilesystem: Type.Literal(true),
    capabilities: closed({ drop: Type.Tuple([Type.Literal('ALL')]) }),
  }),
};

const pod = {
  automountServiceAccountToken: Type.Literal(false),
  // Its variables (CANVAS_PORT=tcp://…) would stand beside ours.
  enableServiceLinks: Type.Literal(false),
  securityContext: PodSecurity,
};

const probe = (path: string) =>
  closed({
    httpGet: closed({ path: Type.Literal(path), port: Type.Literal('internal') }),
    periodSeconds: Count,
    timeoutSeconds: Type.Optional(Count),
    failureThreshold: Type.Optional(Count),
  });

const Deployment = closed({
  apiVersion: Type.Literal('apps/v1'),
  kind: Type.Literal('Deployment'),
  metadata: Metadata,
  spec: closed({
    replicas: Type.Integer({ minimum: 2 }),
    revisionHistoryLimit: Type.Optional(Count),
    selector: closed({ matchLabels: App }),
    strategy: closed({
      type: Type.Literal('RollingUpdate'),
      rollingUpdate: closed({ maxUnavailable: Type.Literal(0), maxSurge: Count }),
    }),
    template: closed({
      metadata: closed({ labels: App }),
      spec: closed({
        ...pod,
        terminationGracePeriodSeconds: Count,
        topologySpreadConstraints: Type.Array(
          closed({
            maxSkew: Count,
            topologyKey: Text,
            whenUnsatisfiable: Text,
            labelSelector: closed({ matchLabels: App }),
          }),
          { minItems: 1 },
        ),
        containers: Type.Tuple([
          closed({
            ...container,
            ports: Type.Array(closed({ name: Text, containerPort: Count })),
            envFrom: Type.Tuple([closed({ configMapRef: closed({ name: Text }) })]),
            startupProbe: probe('/health/live'),
            livenessProbe: probe('/health/live'),
            readinessProbe: probe('/health/ready'),
          }),
        ]),
      }),
    }),
  }),
});

const Job = closed({
  apiVersion: Type.Literal('batch/v1'),
  kind: Type.Literal('Job'),
  metadata: Metadata,
  spec: closed({
    backoffLimit: Count,
    activeDeadlineSeconds: Count,
    template: closed({
      metadata: closed({ labels: App }),
      spec: closed({
        ...pod,
        restartPolicy: Type.Literal('Never'),
        containers: Type.Tuple([closed(container)]),
      }),
    }),
  }),
});

const Namespace = closed({
  apiVersion: Type.Literal('v1'),
  kind: Type.Literal('Namespace'),
  metadata: closed({
    name: Type.Literal('valuecanvas'),
    labels: closed({ 'pod-security.kubernetes.io/enforce': Type.Literal('restricted') }),
  }),
});

/** Every kind of object that the manifests may hold; Secrets are none of them. */
export const manifestSchemas = { ConfigMap, Service, Deployment, Job, Namespace };

export type Kind = keyof typeof manifestSchemas;
export type Manifest<K extends Kind = Kind> = Static<(typeof manifestSchemas)[K]>;
export type Variable = Static<typeof EnvironmentVariable>;
