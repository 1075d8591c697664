import { postgresVariables } from '@valuecanvas/postgres';
import { redisVariables } from '@valuecanvas/redis';
import {
  type ConfigOf,
  identityVariables,
  kitVariables,
  serviceUrl,
  signingVariables,
} from '@valuecanvas/service-kit';
import Type from 'typebox';

export const featureFlagsVariables = {
  ...kitVariables('feature-flags'),
  ...identityVariables,
  ...signingVariables,
  ...postgresVariables,
  ...redisVariables,
  LLM_ROUTER_URL: serviceUrl('llm-router'),
  FLAGS_POLL_MS: Type.Integer({
    minimum: 50,
    default: 1_000,
    description:
      'Milliseconds between reloads of the flags that this process evaluates. Redis messages trigger earlier reloads.',
  }),
};

export type FeatureFlagsConfig = ConfigOf<typeof featureFlagsVariables>;
