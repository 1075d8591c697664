import { postgresVariables } from '@valuecanvas/postgres';
import { producerVariables } from '@valuecanvas/queue';
import { redisVariables } from '@valuecanvas/redis';
import {
  type ConfigOf,
  identityVariables,
  kitVariables,
  modelVariables,
  serviceUrl,
  signingVariables,
} from '@valuecanvas/service-kit';

export const promptRegistryVariables = {
  ...kitVariables('prompt-registry'),
  ...modelVariables,
  ...identityVariables,
  ...signingVariables,
  ...postgresVariables,
  ...redisVariables,
  ...producerVariables,
  LLM_ROUTER_URL: serviceUrl('llm-router'),
};

export type PromptRegistryConfig = ConfigOf<typeof promptRegistryVariables>;
