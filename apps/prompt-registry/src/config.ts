import { postgresVariables } from '@valuecanvas/postgres';
import { redisVariables } from '@valuecanvas/redis';
import {
  type ConfigOf,
  identityVariables,
  kitVariables,
  serviceUrl,
  signingVariables,
} from '@valuecanvas/service-kit';

export const promptRegistryVariables = {
  ...kitVariables('prompt-registry'),
  ...identityVariables,
  ...signingVariables,
  ...postgresVariables,
  ...redisVariables,
  LLM_ROUTER_URL: serviceUrl('llm-router'),
};

export type PromptRegistryConfig = ConfigOf<typeof promptRegistryVariables>;
