import type { Attributes } from '@opentelemetry/api';
import { type CompletionBody, isObject } from '../protocol/completion.ts';
import type { Provider } from '../providers/provider.ts';
import { genAi, general } from './names.ts';

/** Builds a span's request attributes: settings, never content. Stop sequences are content as well. */
export function requestAttributes(
  { id, baseUrl }: Pick<Provider, 'id' | 'baseUrl'>,
  model: string,
  body: CompletionBody,
): Attributes {
  const { attribute, operation } = genAi;
  const { hostname, port, protocol } = new URL(baseUrl);
  return {
    [attribute.operationName]: operation.chat,
    [attribute.providerName]: id,
    [attribute.requestModel]: model,
    [attribute.requestStream]: body.stream === true,
    [attribute.requestMaxTokens]: number(body.max_completion_tokens) ?? number(body.max_tokens),
    [attribute.requestTemperature]: number(body.temperature),
    [attribute.requestTopP]: number(body.top_p),
    [attribute.requestFrequencyPenalty]: number(body.frequency_penalty),
    [attribute.requestPresencePenalty]: number(body.presence_penalty),
    [attribute.requestSeed]: number(body.seed),
    [attribute.requestChoiceCount]: body.n === 1 ? undefined : number(body.n),
    [attribute.outputType]: outputType(body.response_format),
    [general.attribute.serverAddress]: hostname,
    [general.attribute.serverPort]: port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port),
  };
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function outputType(format: unknown): string | undefined {
  const type = isObject(format) ? format.type : undefined;
  if (type === 'json_object' || type === 'json_schema') return genAi.outputType.json;
  return type === 'text' ? genAi.outputType.text : undefined;
}
