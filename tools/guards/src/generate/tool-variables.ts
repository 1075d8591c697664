import { passwordVariable, serviceRoles, services } from '@valuecanvas/database';
import type { Variable } from './variable.ts';

/** What the commands at the root read from their environment, beside what services do. */
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
  ...services.map((service) => ({
    name: passwordVariable(service),
    description: `Password that db:migrate gives the role ${serviceRoles[service]}; kept as it is where absent.`,
    required: false,
    requiredWithout: undefined,
    fallback: undefined,
    secret: true,
  })),
];
