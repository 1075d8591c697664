import { journalVariables } from '@valuecanvas/journal';
import { postgresVariables } from '@valuecanvas/postgres';
import { redisVariables } from '@valuecanvas/redis';
import { type ConfigOf, identityVariables, kitVariables } from '@valuecanvas/service-kit';
import Type from 'typebox';

export const llmRouterVariables = {
  ...kitVariables({ public: 3101, internal: 9101 }),
  ...identityVariables,
  ...postgresVariables,
  ...redisVariables,
  ...journalVariables,
  TOGETHER_API_KEY: Type.Optional(
    Type.String({ secret: true, description: 'Key of Together.ai, the first provider.' }),
  ),
  TOGETHER_BASE_URL: Type.String({
    format: 'url',
    default: 'https://api.together.xyz/v1',
    description: 'Base URL of Together.ai.',
  }),
  OPENAI_API_KEY: Type.Optional(
    Type.String({
      secret: true,
      description: 'Key of OpenAI, the fallback, or of what stands at OPENAI_BASE_URL.',
    }),
  ),
  OPENAI_BASE_URL: Type.Optional(
    Type.String({
      format: 'url',
      description:
        'Base URL of any OpenAI-compatible server (Ollama, vLLM), which may need no key; OpenAI where absent.',
    }),
  ),
  OPENAI_FALLBACK_MODEL: Type.String({
    default: 'gpt-4o-mini',
    description: 'Model that the fallback serves in place of one that it does not have.',
  }),
  LLM_DEFAULT_MODEL: Type.String({
    default: 'meta-llama/Llama-3-70b-chat-hf',
    description: 'Model where a request names none.',
  }),
  LLM_TIMEOUT: Type.Integer({
    minimum: 100,
    default: 30_000,
    description: 'Milliseconds that a provider may take to its first byte.',
  }),
};

export type LlmRouterConfig = ConfigOf<typeof llmRouterVariables>;
