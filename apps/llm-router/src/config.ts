import { journalVariables } from '@valuecanvas/journal';
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

export const llmRouterVariables = {
  ...kitVariables('llm-router'),
  ...identityVariables,
  ...signingVariables,
  ...postgresVariables,
  ...redisVariables,
  ...journalVariables,
  FEATURE_FLAGS_URL: serviceUrl('feature-flags'),
  REDIS_CACHE_URL: Type.Optional(
    Type.String({
      secret: true,
      format: 'url',
      description: 'Redis for cached answers alone; REDIS_URL where absent.',
    }),
  ),
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
  LLM_PROVIDERS: Type.Optional(
    Type.String({
      secret: true,
      description:
        'More OpenAI-compatible providers, as a JSON list of { id, baseUrl, apiKey?, models, fallbackModel?, prices?, priceId?, maxTokensField?, propagateTrace? }. With propagateTrace: true, a provider receives trace headers.',
    }),
  ),
  LLM_PROVIDER_ORDER: Type.Optional(
    Type.String({
      description:
        'Ids of providers, with commas between, in the order of trying; together_ai, openai, then the others where absent.',
    }),
  ),
  LLM_DEFAULT_MODEL: Type.String({
    default: 'meta-llama/Llama-3-70b-chat-hf',
    description: 'Model where a request names none.',
  }),
  LLM_TIMEOUT: Type.Integer({
    minimum: 100,
    default: 30_000,
    description: 'Milliseconds that a provider may take to its first byte.',
  }),
  LLM_STALL_TIMEOUT: Type.Integer({
    minimum: 100,
    default: 30_000,
    description: 'Milliseconds of silence in the middle of an answer after which it counts as broken off.',
  }),
  LLM_MAX_OUTPUT_TOKENS: Type.Integer({
    minimum: 1,
    maximum: 131_072,
    default: 4_096,
    description: 'Largest number of tokens in an answer where the request names none.',
  }),
  LLM_RETRIES: Type.Integer({
    minimum: 0,
    maximum: 5,
    default: 1,
    description: 'How often the same provider is tried again before the next one is asked.',
  }),
  LLM_PROVIDER_CONCURRENCY: Type.Integer({
    minimum: 1,
    maximum: 10_000,
    default: 256,
    description: 'Calls to one provider that run at the same time in one process.',
  }),
  LLM_PROVIDER_QUEUE: Type.Integer({
    minimum: 0,
    maximum: 100_000,
    default: 512,
    description: 'Calls that may wait for one provider; beyond it, callers are told OVERLOADED.',
  }),
  LLM_ON_HANGUP: Type.Enum(['stop', 'drain'], {
    default: 'stop',
    description: "Whether a caller that hangs up ends the provider's work, or the answer is read to its end.",
  }),
  LLM_CACHE_ENABLED: Type.Boolean({
    default: true,
    description: 'Whether repeated requests are answered from the cache.',
  }),
  LLM_CACHE_TTL: Type.Integer({
    minimum: 1,
    maximum: 30 * 86_400,
    default: 3_600,
    description: 'Seconds for which an answer is kept in the cache.',
  }),
  LLM_CACHE_SCOPE: Type.Enum(['user', 'shared'], {
    default: 'user',
    description: 'Whether cached answers serve only the user who asked first, or everybody.',
  }),
  LLM_CACHE_MAX_BYTES: Type.Integer({
    minimum: 0,
    default: 256 * 1024 * 1024,
    description: 'Bytes of answers in the cache; the oldest make room.',
  }),
  LLM_TIERS: Type.Optional(
    Type.String({
      description:
        'Limits and budgets that differ from the defaults, as JSON: { "<tier>": { requestsPerHour?, requestsPerMinute?, tokensPerHour?, tokensPerMinute?, budgetPerDay?, budgetPerMonth?, models? } }.',
    }),
  ),
  PLATFORM_BUDGET_PER_DAY: Type.Optional(
    Type.Number({
      minimum: 0,
      description: 'US dollars that all users together may spend on a UTC day; no limit where absent.',
    }),
  ),
  LLM_BUDGET_WITHOUT_REDIS: Type.Number({
    minimum: 0,
    default: 1,
    description: 'US dollars that one process may spend while Redis, which keeps the budgets, is away.',
  }),
  LLM_USAGE_RETENTION_MONTHS: Type.Integer({
    minimum: 0,
    default: 0,
    description: 'Whole months for which the ledger is kept; 0 keeps it for ever.',
  }),
  RATE_LIMIT_VIOLATION_RETENTION_DAYS: Type.Integer({
    minimum: 1,
    maximum: 3_650,
    default: 90,
    description: 'Days for which it is kept who was refused for having reached a rate limit.',
  }),
  UPGRADE_URL: Type.String({
    format: 'url',
    default: 'http://localhost:3000/upgrade',
    description: 'Page at which a user can get higher limits; named in refusals.',
  }),
};

export type LlmRouterConfig = ConfigOf<typeof llmRouterVariables>;
