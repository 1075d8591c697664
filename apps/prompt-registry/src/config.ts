import { postgresVariables } from '@valuecanvas/postgres';
import { redisVariables } from '@valuecanvas/redis';
import { identityVariables, kitVariables } from '@valuecanvas/service-kit';

export const promptRegistryVariables = {
  ...kitVariables({ public: 3103, internal: 9103 }),
  ...identityVariables,
  ...postgresVariables,
  ...redisVariables,
};
