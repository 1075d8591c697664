import { serviceNames, variablePrefix } from '@valuecanvas/contracts-core';
import type { ICronJob, IJob } from 'kubernetes-models/batch/v1';
import type { IConfigMap, IEnvVar } from 'kubernetes-models/v1';
import { manifestText } from './manifest-text.ts';
import {
  containerSecurity,
  egress,
  folder,
  metadataOf,
  namespace,
  networkPolicy,
  notice,
  podBasics,
  serviceAccount,
} from './objects.ts';

/** Seconds after which a completed migration is deleted, with its log. */
const keepMigrationSeconds = 86_400;

/** Applies the migrations of one release. Its name contains the version, because a Job cannot be changed. */
export function migrateFile(version: string): string {
  const path = `${folder}/01-migrate.yaml`;
  const variables = [
    'MIGRATION_DATABASE_URL',
    ...serviceNames.map((service) => `${variablePrefix(service)}_DB_PASSWORD`),
  ];
  const job: IJob = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadataOf('migrate', `migrate-${version.replaceAll('.', '-')}`),
    spec: {
      backoffLimit: 3,
      activeDeadlineSeconds: 900,
      ttlSecondsAfterFinished: keepMigrationSeconds,
      template: {
        metadata: { labels: { app: 'migrate' } },
        spec: {
          restartPolicy: 'Never',
          ...podBasics('migrate'),
          containers: [
            {
              name: 'migrate',
              image: `valuecanvas/migrate:${version}`,
              env: variables.map((name) => secretOf('migrate-secrets', name)),
              resources: { requests: { cpu: '100m', memory: '96Mi' }, limits: { memory: '256Mi' } },
              securityContext: containerSecurity,
            },
          ],
        },
      },
    },
  };
  return manifestText({
    head: [
      notice,
      `kubectl apply -f ${path}; the same release once more: kubectl replace --force -f ${path}`,
      'Secret migrate-secrets: MIGRATION_DATABASE_URL and <SERVICE>_DB_PASSWORD of every service.',
    ],
    objects: [
      serviceAccount('migrate'),
      networkPolicy('migrate', { egress: [egress.names, egress.postgres] }),
      job,
    ],
  });
}

/** Daily backups to a bucket. The container needs no disk, and has no key to read the backups that it makes. */
export function backupFile(version: string): string {
  const path = `${folder}/02-backup.yaml`;
  const config: IConfigMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataOf('backup', 'backup-config'),
    data: { S3_BUCKET_NAME: 'valuecanvas-backups', AWS_REGION: 'us-east-1', BACKUP_RETENTION_DAYS: '90' },
  };
  const job: ICronJob = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: metadataOf('backup'),
    spec: {
      schedule: '0 3 * * *',
      timeZone: 'Etc/UTC',
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 3_600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        spec: {
          backoffLimit: 2,
          activeDeadlineSeconds: 14_400,
          template: {
            metadata: { labels: { app: 'backup' } },
            spec: {
              restartPolicy: 'Never',
              ...podBasics('backup'),
              containers: [
                {
                  name: 'backup',
                  image: `valuecanvas/migrate:${version}`,
                  command: ['node', 'tools/database/src/commands/backup.ts'],
                  envFrom: [
                    { configMapRef: { name: 'backup-config' } },
                    { configMapRef: { name: 'backup-overrides', optional: true } },
                  ],
                  env: [
                    secretOf('migrate-secrets', 'MIGRATION_DATABASE_URL'),
                    ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].map((name) =>
                      secretOf('backup-secrets', name, { optional: true }),
                    ),
                  ],
                  resources: { requests: { cpu: '250m', memory: '192Mi' }, limits: { memory: '512Mi' } },
                  securityContext: containerSecurity,
                },
              ],
            },
          },
        },
      },
    },
  };
  return manifestText({
    head: [
      notice,
      `kubectl apply -f ${path}; at once: kubectl create job -n ${namespace} --from=cronjob/backup backup-now`,
      'ConfigMap backup-overrides: BACKUP_RECIPIENTS (public keys of the backups), S3_BUCKET_NAME, AWS_REGION, S3_ENDPOINT.',
      'Secret migrate-secrets: MIGRATION_DATABASE_URL. Secret backup-secrets, where the pod has no role: AWS_ACCESS_KEY_ID,',
      'AWS_SECRET_ACCESS_KEY.',
    ],
    objects: [
      serviceAccount('backup'),
      config,
      networkPolicy('backup', { egress: [egress.names, egress.postgres, egress.aws] }),
      job,
    ],
  });
}

function secretOf(secret: string, name: string, options: { readonly optional?: boolean } = {}): IEnvVar {
  return { name, valueFrom: { secretKeyRef: { name: secret, key: name, ...options } } };
}
