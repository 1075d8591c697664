import type {
  IExternalSecret,
  ISecretStore,
} from '@kubernetes-models/external-secrets/external-secrets.io/v1';
import type { IScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import type {
  IPrometheusRule,
  IServiceMonitor,
} from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { serviceNames, serviceTable } from '@valuecanvas/contracts-core';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { GeneratedFile } from '../../generated-file.ts';
import { cloudWatchLogs } from './cloudwatch-logs.ts';
import { manifestText } from './manifest-text.ts';
import {
  egress,
  metadataOf,
  namespace,
  neighbours,
  notice,
  optionalFolder,
  serviceAccount,
} from './objects.ts';

export type AlertGroups = NonNullable<NonNullable<IPrometheusRule['spec']>['groups']>;

/** Waiting jobs for which one replica of the worker is enough. */
const jobsPerWorker = 20;

/** Returns the manifests that need custom resources, or are not for every deployment. `groups` are those of the alert rules. */
export function optionalFiles(groups: AlertGroups): GeneratedFile[] {
  return [
    {
      name: 'external-secrets',
      needs: 'External Secrets Operator 0.17 or later, and a role for the ServiceAccount external-secrets.',
      objects: [serviceAccount('external-secrets'), secretStore, ...externalSecrets()],
    },
    {
      name: 'job-worker-scaling',
      needs: 'KEDA 2.11 or later, and Prometheus. KEDA takes over the autoscaler of job-worker.yaml.',
      objects: [workerScaling],
    },
    {
      name: 'monitoring',
      needs: 'Prometheus Operator. Without it, see infrastructure/prometheus.',
      objects: [serviceMonitor, alertRules(groups)],
    },
    {
      name: 'egress-to-aws-and-sentry',
      needs: 'nothing. For services with SECRETS_MANAGER_SECRET_NAME or SENTRY_DSN.',
      objects: [serviceEgress],
    },
    {
      name: 'logs-to-cloudwatch',
      needs:
        'log groups and a role (infrastructure/terraform): kubectl annotate serviceaccount logs -n valuecanvas-logs eks.amazonaws.com/role-arn=…',
      objects: cloudWatchLogs,
    },
  ].map(({ name, needs, objects }) => {
    const path = `${optionalFolder}/${name}.yaml`;
    return {
      path,
      content: manifestText({ head: [notice, `kubectl apply -f ${path}; needs ${needs}`], objects }),
    };
  });
}

const secretStore: ISecretStore = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'SecretStore',
  metadata: metadataOf('external-secrets', 'secrets-manager'),
  spec: {
    provider: {
      aws: {
        service: 'SecretsManager',
        region: 'us-east-1',
        auth: { jwt: { serviceAccountRef: { name: 'external-secrets' } } },
      },
    },
  },
};

/** One secret in Secrets Manager for each Secret, whose JSON object has the names of variables as keys. */
function externalSecrets(): IExternalSecret[] {
  return [...serviceNames, 'migrate'].map((app) => ({
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: metadataOf(app, `${app}-secrets`),
    spec: {
      refreshInterval: '5m',
      secretStoreRef: { kind: 'SecretStore', name: 'secrets-manager' },
      target: { name: `${app}-secrets`, creationPolicy: 'Owner' },
      dataFrom: [{ extract: { key: `valuecanvas/production/${app}` } }],
    },
  }));
}

const { minimum, maximum } = serviceTable['job-worker'].replicas;

const workerScaling: IScaledObject = {
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: {
    ...metadataOf('job-worker'),
    annotations: { 'scaledobject.keda.sh/transfer-hpa-ownership': 'true' },
  },
  spec: {
    scaleTargetRef: { name: 'job-worker' },
    pollingInterval: 15,
    minReplicaCount: minimum,
    maxReplicaCount: maximum,
    // The number of replicas while Prometheus is unavailable.
    fallback: { failureThreshold: 4, replicas: minimum },
    advanced: { horizontalPodAutoscalerConfig: { name: 'job-worker' } },
    triggers: [
      {
        type: 'prometheus',
        metadata: {
          serverAddress: `http://prometheus.${neighbours.observability}:9090`,
          // Every replica reports all jobs.
          query: 'sum(max by (job) (queue_jobs{state=~"waiting|active"}))',
          threshold: String(jobsPerWorker),
        },
      },
    ],
  },
};

const serviceMonitor: IServiceMonitor = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'ServiceMonitor',
  metadata: metadataOf('valuecanvas'),
  spec: {
    selector: { matchExpressions: [{ key: 'app', operator: 'In', values: [...serviceNames] }] },
    endpoints: [
      {
        port: 'internal',
        path: '/metrics',
        interval: '15s',
        scrapeTimeout: '10s',
        // Series carry the label "service" already. For "up" and its like it is that of the Service, which has the same name.
        honorLabels: true,
        relabelings: [{ targetLabel: 'job', replacement: 'valuecanvas', action: 'replace' }],
      },
    ],
  },
};

function alertRules(groups: AlertGroups): IPrometheusRule {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: metadataOf('valuecanvas'),
    spec: { groups },
  };
}

const serviceEgress: INetworkPolicy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'egress-to-aws-and-sentry', namespace },
  spec: {
    podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: [...serviceNames] }] },
    policyTypes: ['Egress'],
    egress: [egress.aws],
  },
};
