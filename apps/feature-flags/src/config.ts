import { postgresVariables } from '@valuecanvas/postgres';
import { redisVariables } from '@valuecanvas/redis';
import { type ConfigOf, identityVariables, kitVariables } from '@valuecanvas/service-kit';
import Type from 'typebox';

export const featureFlagsVariables = {
  ...kitVariables('feature-flags'),
  ...identityVariables,
  ...postgresVariables,
  ...redisVariables,
  FLAGS_POLL_MS: Type.Integer({
    minimum: 50,
    default: 1_000,
    description:
      'Milliseconds between reloads of the flags that this process evaluates. Redis messages trigger earlier reloads.',
  }),
};

export type FeatureFlagsConfig = ConfigOf<typeof featureFlagsVariables>;
