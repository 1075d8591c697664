import { journalVariables } from '@valuecanvas/journal';
import { postgresVariables } from '@valuecanvas/postgres';
import { promptsVariables } from '@valuecanvas/prompts-sdk';
import { redisVariables } from '@valuecanvas/redis';
import {
  type ConfigOf,
  identityVariables,
  kitVariables,
  modelVariables,
  serviceUrl,
  signingVariables,
} from '@valuecanvas/service-kit';
import Type from 'typebox';

export const llmRouterVariables = {
  ...kitVariables('llm-router'),
  ...modelVariables,
  ...identityVariables,
  ...signingVariables,
  ...postgresVariables,
  ...redisVariables,
  ...journalVariables,
  FEATURE_FLAGS_URL: serviceUrl('feature-flags'),
  PROMPT_REGISTRY_URL: serviceUrl('prompt-registry'),
  ...promptsVariables,
  REDIS_CACHE_URL: Type.Optional(
    Type.String({
      secret: true,
      format: 'url',
      description: 'Separate Redis for the answer cache; default REDIS_URL.',
    }),
  ),
  TOGETHER_API_KEY: Type.Optional(
    Type.String({ secret: true, description: 'API key of Together.ai, the first provider.' }),
  ),
  TOGETHER_BASE_URL: Type.String({
    format: 'url',
    default: 'https://api.together.xyz/v1',
    description: 'Base URL of Together.ai.',
  }),
  OPENAI_API_KEY: Type.Optional(
    Type.String({
      secret: true,
      description: 'API key of OpenAI, the fallback, or of the server at OPENAI_BASE_URL.',
    }),
  ),
  OPENAI_BASE_URL: Type.Optional(
    Type.String({
      format: 'url',
      description:
        'Base URL of an OpenAI-compatible server (Ollama, vLLM), which may need no key; default OpenAI.',
    }),
  ),
  OPENAI_FALLBACK_MODEL: Type.String({
    default: 'gpt-4o-mini',
    description: 'Model that the fallback serves instead of a model that it lacks.',
  }),
  LLM_SIMULATOR_URL: Type.Optional(
    Type.String({
      format: 'url',
      description:
        'Base URL of the simulator, ending in /v1. If set, it replaces all providers, and answers name it as their provider.',
    }),
  ),
  LLM_PROVIDERS: Type.Optional(
    Type.String({
      secret: true,
      description:
        'More OpenAI-compatible providers, as a JSON list of { id, baseUrl, apiKey?, keyHeader?, models, fallbackModel?, prices?, priceId?, maxTokensField?, lacks?, propagateTrace? }. lacks lists the features that its models lack: json_schema, json_object, developer, stream_options, limit_name, output_limit, service_tier. With propagateTrace: true, a provider receives trace headers.',
    }),
  ),
  LLM_PROVIDER_ORDER: Type.Optional(
    Type.String({
      description:
        'Comma-separated provider ids in order of preference; default together_ai, openai, then the others.',
    }),
  ),
  LLM_DEFAULT_MODEL: Type.String({
    default: 'meta-llama/Llama-3-70b-chat-hf',
    description:
      'Default model of requests that name none. If no provider serves it, the first model that a provider serves.',
  }),
  LLM_TIMEOUT: Type.Integer({
    minimum: 100,
    default: 30_000,
    description: 'Milliseconds that a provider may take until its first byte.',
  }),
  LLM_STALL_TIMEOUT: Type.Integer({
    minimum: 100,
    default: 30_000,
    description: 'Milliseconds of silence within an answer after which it counts as broken off.',
  }),
  LLM_MAX_ANSWER_BYTES: Type.Integer({
    minimum: 64 * 1024,
    maximum: 1024 * 1024 * 1024,
    default: 16 * 1024 * 1024,
    description: 'Maximum size of a provider’s whole answer, and of one event of a stream, in bytes.',
  }),
  LLM_MAX_OUTPUT_TOKENS: Type.Integer({
    minimum: 1,
    maximum: 131_072,
    default: 4_096,
    description: 'Maximum number of output tokens if the request names none.',
  }),
  LLM_RETRIES: Type.Integer({
    minimum: 0,
    maximum: 5,
    default: 1,
    description: 'Number of retries of a provider before the next one is tried.',
  }),
  LLM_PROVIDER_CONCURRENCY: Type.Integer({
    minimum: 1,
    maximum: 10_000,
    default: 256,
    description: 'Maximum number of concurrent calls to one provider per process.',
  }),
  LLM_PROVIDER_QUEUE: Type.Integer({
    minimum: 0,
    maximum: 100_000,
    default: 512,
    description: 'Maximum number of calls waiting for one provider; beyond it, OVERLOADED.',
  }),
  LLM_ON_HANGUP: Type.Enum(['stop', 'drain'], {
    default: 'stop',
    description: "Whether a caller that hangs up ends the provider's work, or the answer is read to its end.",
  }),
  LLM_CACHE_ENABLED: Type.Boolean({
    default: true,
    description: 'Whether identical requests are answered from the cache.',
  }),
  LLM_CACHE_TTL: Type.Integer({
    minimum: 1,
    maximum: 30 * 86_400,
    default: 86_400,
    description: 'Seconds for which the cache keeps an answer.',
  }),
  LLM_CACHE_SCOPE: Type.Enum(['user', 'shared'], {
    default: 'user',
    description:
      'Whether cached answers are shared by all users, or serve only the user whose request created them.',
  }),
  LLM_CACHE_MAX_BYTES: Type.Integer({
    minimum: 0,
    default: 256 * 1024 * 1024,
    description: 'Size limit of the cache in bytes; the oldest answers are evicted.',
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
      description: 'US dollars that all users together may spend per UTC day; default no limit.',
    }),
  ),
  PLATFORM_ALERT_THRESHOLDS: Type.Optional(
    Type.String({
      description:
        'US dollars of all users together at which the platform raises an alert, where they differ from the defaults, as JSON: { "<hour|day|month>": { warning?, critical? } }.',
    }),
  ),
  USER_BUDGET_NOTIFICATIONS: Type.Enum(['all', 'reached', 'none'], {
    default: 'all',
    description:
      'Budgets of users of which operators are notified: all (at 80 % and at 100 %), reached (at 100 %), or none.',
  }),
  LLM_BUDGET_WITHOUT_REDIS: Type.Number({
    minimum: 0,
    default: 1,
    description:
      'US dollars that one process may spend while Redis, which keeps the budgets, is unavailable.',
  }),
  LLM_USAGE_RETENTION_MONTHS: Type.Integer({
    minimum: 0,
    default: 0,
    description: 'Retention of the ledger in whole months; 0 keeps it forever.',
  }),
  RATE_LIMIT_VIOLATION_RETENTION_DAYS: Type.Integer({
    minimum: 1,
    maximum: 3_650,
    default: 90,
    description: 'Retention of rate limit violations in days.',
  }),
  UPGRADE_URL: Type.String({
    format: 'url',
    default: 'http://localhost:3000/upgrade',
    description:
      'Page where users can get higher limits. Refusals name it. The gateway serves one at /upgrade.',
  }),
};

export type LlmRouterConfig = ConfigOf<typeof llmRouterVariables>;
