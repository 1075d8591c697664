import { journalVariables } from '@valuecanvas/journal';
import { postgresVariables } from '@valuecanvas/postgres';
import { promptsVariables } from '@valuecanvas/prompts-sdk';
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

export const canvasVariables = {
  ...kitVariables('canvas'),
  ...modelVariables,
  ...identityVariables,
  ...signingVariables,
  ...postgresVariables,
  ...redisVariables,
  ...journalVariables,
  ...producerVariables,
  LLM_ROUTER_URL: serviceUrl('llm-router'),
  PROMPT_REGISTRY_URL: serviceUrl('prompt-registry'),
  ...promptsVariables,
  FEATURE_FLAGS_URL: serviceUrl('feature-flags'),
};

export type CanvasConfig = ConfigOf<typeof canvasVariables>;
