/**
 * Names of OpenTelemetry's conventions for generative AI, by version. The conventions are still in development:
 * `gen_ai.client.token.usage` is about to be split into one counter per kind of token. Labels follow Prometheus' naming. The
 * metrics are in the catalogue.
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
} as const;

/** Every attribute of the spans that the router makes. */
export const spanAttributes: readonly string[] = [genAi, general, own].flatMap(({ attribute }) =>
  Object.values(attribute),
);
