import { databaseRole, serviceNames, serviceTable, variablePrefix } from '@valuecanvas/contracts-core';
import type { Variable } from './variable.ts';

/** Variables of db:backup, db:restore and db:drill. */
export const backupVariables: readonly Variable[] = [
  optional('BACKUP_ENCRYPTION_KEY', {
    description:
      'Secret key of the backups (AGE-SECRET-KEY-1…), from npm run db:backup -- --new-key. db:restore and db:drill need it, db:backup needs it or BACKUP_RECIPIENTS. Keep a copy apart from the backups: without the key they are lost.',
    secret: true,
  }),
  optional('BACKUP_RECIPIENTS', {
    description:
      'Public keys (age1…) that db:backup encrypts to, separated by commas, so that the machine that makes backups cannot read them. Default: that of BACKUP_ENCRYPTION_KEY.',
  }),
  optional('BACKUP_DIR', {
    description: 'Folder of the backups, unless S3_BUCKET_NAME is set.',
    fallback: 'backups',
  }),
  optional('BACKUP_RETENTION_DAYS', {
    description:
      'Days after which db:backup deletes a backup; 0 keeps all. The newest backup is always kept.',
    fallback: '90',
  }),
  optional('S3_BUCKET_NAME', {
    description: 'Bucket of the backups, under backups/. Credentials come from the sources of the AWS SDK.',
  }),
  optional('AWS_REGION', { description: 'Region of the bucket. Required with S3_BUCKET_NAME.' }),
  optional('S3_ENDPOINT', {
    description: 'Origin of an S3-compatible server. Default: AWS, or AWS_ENDPOINT_URL_S3.',
  }),
  optional('AWS_ACCESS_KEY_ID', {
    description: 'Access key of the bucket. Not needed where the AWS SDK finds a role.',
    secret: true,
  }),
  optional('AWS_SECRET_ACCESS_KEY', { description: 'Secret of AWS_ACCESS_KEY_ID.', secret: true }),
];

/** Variables that only the commands at the root read. */
export const toolVariables: readonly Variable[] = [
  {
    name: 'MIGRATION_DATABASE_URL',
    description:
      'PostgreSQL URL of the owner of the database, for db:migrate, db:seed, db:backup, db:restore and db:drill. If set, start and test use it too.',
    required: false,
    requiredWithout: undefined,
    fallback: undefined,
    secret: true,
  },
  ...serviceNames.map((service) => ({
    name: `${variablePrefix(service)}_DB_PASSWORD`,
    description: `Password that db:migrate sets for the role ${databaseRole(service)}. If absent, the password stays unchanged.`,
    required: false,
    requiredWithout: undefined,
    fallback: undefined,
    secret: true,
  })),
  ...backupVariables,
];

/** Variables that only docker-compose.yml reads. `npm run secrets:generate` writes the secrets among them. */
export const composeVariables: readonly Variable[] = [
  optional('POSTGRES_PASSWORD', { description: 'Password of the owner of the database.', secret: true }),
  ...serviceNames
    .filter((service) => serviceTable[service].signs)
    .map((service) =>
      optional(`${variablePrefix(service)}_SIGNING_KEY`, {
        description: `INTERNAL_SIGNING_KEY of the ${service} service.`,
        secret: true,
      }),
    ),
  optional('COMPOSE_PROFILES', {
    description: 'Optional parts that run: simulated (the simulator instead of models), backup.',
  }),
  optional('CLOUDWATCH_LOG_GROUP', {
    description:
      'Beginning of the names of log groups in CloudWatch, such as /valuecanvas/production, with infrastructure/docker-compose.cloudwatch.yml.',
  }),
  optional('VALUECANVAS_VERSION', { description: 'Tag of the images.', fallback: 'dev' }),
];

function optional(
  name: string,
  about: { readonly description: string; readonly fallback?: string; readonly secret?: boolean },
): Variable {
  return { name, required: false, requiredWithout: undefined, fallback: undefined, secret: false, ...about };
}
