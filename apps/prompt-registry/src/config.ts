import { postgresVariables } from '@valuecanvas/postgres';
import { redisVariables } from '@valuecanvas/redis';
import { identityVariables, kitVariables } from '@valuecanvas/service-kit';

export const promptRegistryVariables = {
  ...kitVariables('prompt-registry'),
  ...identityVariables,
  ...postgresVariables,
  ...redisVariables,
};
