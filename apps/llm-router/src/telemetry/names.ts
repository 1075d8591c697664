/** Seconds, doubling from 10 ms to 82 s. */
const durationBounds = Array.from({ length: 14 }, (_, index) => 0.01 * 2 ** index);

/** Tokens, powers of 4 up to 67 million. */
const tokenBounds = Array.from({ length: 14 }, (_, index) => 4 ** index);

/**
 * Names of OpenTelemetry's conventions for generative AI, by version. The conventions are still in development:
 * `gen_ai.client.token.usage` is about to be split into one counter per kind of token. Metrics and labels follow Prometheus'
 * naming, with the unit as suffix.
 */
const conventions = {
  '1.42': {
    schemaUrl: 'https://opentelemetry.io/schemas/gen-ai/1.42.0',
    operation: { chat: 'chat' },
    attribute: {
      operationName: 'gen_ai.operation.name',
      providerName: 'gen_ai.provider.name',
      outputType: 'gen_ai.output.type',
      requestModel: 'gen_ai.request.model',
      requestStream: 'gen_ai.request.stream',
      requestMaxTokens: 'gen_ai.request.max_tokens',
      requestTemperature: 'gen_ai.request.temperature',
      requestTopP: 'gen_ai.request.top_p',
      requestFrequencyPenalty: 'gen_ai.request.frequency_penalty',
      requestPresencePenalty: 'gen_ai.request.presence_penalty',
      requestSeed: 'gen_ai.request.seed',
      requestChoiceCount: 'gen_ai.request.choice.count',
      responseId: 'gen_ai.response.id',
      responseModel: 'gen_ai.response.model',
      responseFinishReasons: 'gen_ai.response.finish_reasons',
      responseTimeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
      usageInputTokens: 'gen_ai.usage.input_tokens',
      usageOutputTokens: 'gen_ai.usage.output_tokens',
      usageCacheReadInputTokens: 'gen_ai.usage.cache_read.input_tokens',
      usageCacheCreationInputTokens: 'gen_ai.usage.cache_creation.input_tokens',
      usageReasoningOutputTokens: 'gen_ai.usage.reasoning.output_tokens',
    },
    label: {
      operationName: 'gen_ai_operation_name',
      providerName: 'gen_ai_provider_name',
      requestModel: 'gen_ai_request_model',
      tokenType: 'gen_ai_token_type',
    },
    metric: {
      tokenUsage: { name: 'gen_ai_client_token_usage', bounds: tokenBounds },
      operationDuration: { name: 'gen_ai_client_operation_duration_seconds', bounds: durationBounds },
      timeToFirstChunk: {
        name: 'gen_ai_client_operation_time_to_first_chunk_seconds',
        bounds: durationBounds,
      },
    },
    outputType: { text: 'text', json: 'json' },
    tokenType: { input: 'input', output: 'output' },
  },
} as const;

/** The version in use. */
export const genAi = conventions['1.42'];

/** Names of the general conventions. */
export const general = {
  attribute: { errorType: 'error.type', serverAddress: 'server.address', serverPort: 'server.port' },
  label: { errorType: 'error_type' },
} as const;

/** Platform-specific names without a convention. */
export const own = {
  tracer: '@valuecanvas/llm-router',
  attribute: { costDollars: 'llm_router.cost.dollars', usageEstimated: 'llm_router.usage.estimated' },
  event: {
    retry: 'llm_router.retry',
    failover: 'llm_router.failover',
    firstChunk: 'llm_router.first_chunk',
  },
  label: {
    provider: 'provider',
    model: 'model',
    outcome: 'outcome',
    policy: 'policy',
  },
  metric: {
    /** Seconds; request duration minus the time spent waiting for providers. */
    overhead: {
      name: 'llm_router_overhead_seconds',
      bounds: [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    },
    cost: 'llm_router_cost_dollars_total',
    cache: 'llm_router_cache_requests_total',
    breaker: 'llm_router_breaker_state',
    slotsInUse: 'llm_router_slots_in_use',
    slotsQueued: 'llm_router_slots_queued',
    retries: 'llm_router_retries_total',
    failovers: 'llm_router_failovers_total',
    refusals: 'llm_router_refusals_total',
    journalFallbacks: 'llm_router_journal_fallbacks_total',
    lostLeases: 'llm_router_lost_leases_total',
  },
} as const;

/** Every attribute of the spans that the router makes. */
export const spanAttributes: readonly string[] = [genAi, general, own].flatMap(({ attribute }) =>
  Object.values(attribute),
);
