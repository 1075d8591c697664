import { journalVariables } from '@valuecanvas/journal';
import { postgresVariables } from '@valuecanvas/postgres';
import { redisVariables } from '@valuecanvas/redis';
import { identityVariables, kitVariables, serviceUrl, signingVariables } from '@valuecanvas/service-kit';

export const canvasVariables = {
  ...kitVariables({ public: 3102, internal: 9102 }),
  ...identityVariables,
  ...signingVariables,
  ...postgresVariables,
  ...redisVariables,
  ...journalVariables,
  LLM_ROUTER_URL: serviceUrl('llm-router', 3101),
  PROMPT_REGISTRY_URL: serviceUrl('prompt-registry', 3103),
  FEATURE_FLAGS_URL: serviceUrl('feature-flags', 3104),
};
