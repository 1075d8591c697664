import { databaseRole, serviceNames, variablePrefix } from '@valuecanvas/contracts-core';
import type { Variable } from './variable.ts';

/** Variables that only the commands at the root read. */
export const toolVariables: readonly Variable[] = [
  {
    name: 'MIGRATION_DATABASE_URL',
    description:
      'PostgreSQL URL of the owner of the database, for db:migrate and db:seed. If set, start and test use it too.',
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
];
