import { databaseRole, serviceNames, variablePrefix } from '@valuecanvas/contracts-core';
import type { Variable } from './variable.ts';

/** Variables that the commands at the root read, beside those of the services. */
export const toolVariables: readonly Variable[] = [
  {
    name: 'MIGRATION_DATABASE_URL',
    description:
      'PostgreSQL as the owner of the database, for db:migrate, db:seed and, where it is set, start and test.',
    required: false,
    requiredWithout: undefined,
    fallback: undefined,
    secret: true,
  },
  ...serviceNames.map((service) => ({
    name: `${variablePrefix(service)}_DB_PASSWORD`,
    description: `Password that db:migrate gives the role ${databaseRole(service)}; kept as it is where absent.`,
    required: false,
    requiredWithout: undefined,
    fallback: undefined,
    secret: true,
  })),
];
