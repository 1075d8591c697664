import { serviceNames } from '@valuecanvas/contracts-core';
import type { IDaemonSet } from 'kubernetes-models/apps/v1';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { IConfigMap, INamespace, IServiceAccount } from 'kubernetes-models/v1';
import type { Manifest } from './manifest-text.ts';
import { egress, namespace } from './objects.ts';

/** A namespace of its own, because reading the logs of a node is not allowed to pods of the platform. */
const logNamespace = `${namespace}-logs`;
const name = 'logs';
const labels = { app: name };
const metadata = { name, namespace: logNamespace, labels };

/** Apps whose log groups Terraform creates. */
const apps = [...serviceNames, 'migrate', 'backup'];

const input = `[SERVICE]
    Flush 5
    Log_Level warn
    HTTP_Server On
[INPUT]
    Name tail
    Path /var/log/containers/*_${namespace}_*.log
    Tag kube.*
    multiline.parser cri
    DB /state/positions.db
    Mem_Buf_Limit 50MB
    Skip_Long_Lines On
    Read_from_Head On
`;

/** Sends the line of an app as it was written, so that CloudWatch reads its JSON. */
const outputOf = (app: string) => `[OUTPUT]
    Name cloudwatch_logs
    Match kube.*_${namespace}_${app}-*
    region \${AWS_REGION}
    log_group_name \${CLOUDWATCH_LOG_GROUP}/${app}
    log_stream_prefix ${app}-
    log_key log
    auto_create_group Off
`;

const configuration: IConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { ...metadata, name: 'logs-config' },
  data: {
    AWS_REGION: 'us-east-1',
    CLOUDWATCH_LOG_GROUP: '/valuecanvas/production',
    'fluent-bit.conf': [input, ...apps.map(outputOf)].join(''),
  },
};

const account: IServiceAccount = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata,
  automountServiceAccountToken: false,
};

const agents: IDaemonSet = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata,
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        serviceAccountName: name,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        tolerations: [{ operator: 'Exists' }],
        containers: [
          {
            name,
            image: 'fluent/fluent-bit:3.2.2',
            args: ['--config=/configuration/fluent-bit.conf'],
            env: ['AWS_REGION', 'CLOUDWATCH_LOG_GROUP'].map((key) => ({
              name: key,
              valueFrom: { configMapKeyRef: { name: 'logs-config', key } },
            })),
            livenessProbe: { httpGet: { path: '/', port: 2020 }, periodSeconds: 30 },
            resources: { requests: { cpu: '20m', memory: '64Mi' }, limits: { memory: '192Mi' } },
            securityContext: {
              // The logs of a node belong to root.
              runAsUser: 0,
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
            volumeMounts: [
              { name: 'configuration', mountPath: '/configuration', readOnly: true },
              { name: 'logs', mountPath: '/var/log', readOnly: true },
              { name: 'state', mountPath: '/state' },
            ],
          },
        ],
        volumes: [
          { name: 'configuration', configMap: { name: 'logs-config' } },
          { name: 'logs', hostPath: { path: '/var/log' } },
          { name: 'state', hostPath: { path: '/var/lib/valuecanvas-logs', type: 'DirectoryOrCreate' } },
        ],
      },
    },
  },
};

const ownNamespace: INamespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: logNamespace } };

const policy: INetworkPolicy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata,
  spec: {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    egress: [egress.names, egress.aws],
  },
};

/** Fluent Bit on every node, which sends the logs of the platform to CloudWatch. */
export const cloudWatchLogs: readonly Manifest[] = [ownNamespace, account, configuration, policy, agents];
