import { standardTier } from '../pricing/model-price.ts';
import { type CompletionBody, isObject, outputLimitOf } from '../protocol/completion.ts';
import type { Provider } from './provider.ts';

export interface BodyOptions {
  /** The provider's name of the model. */
  readonly model: string;
  /** Default limit of output tokens. */
  readonly maxOutputTokens: number;
  readonly stream: boolean;
}

/** Builds the body for one provider: the caller's fields, except internal ones and those that differ there. */
export function toBody(
  provider: Pick<Provider, 'maxTokensField' | 'serviceTiers'>,
  body: CompletionBody,
  { model, maxOutputTokens, stream }: BodyOptions,
): CompletionBody {
  const {
    promptVersionId: _ours,
    max_tokens: _limit,
    max_completion_tokens: _newerLimit,
    stream: _stream,
    stream_options: streamOptions,
    ...asSent
  } = body;
  const own = {
    [provider.maxTokensField]: outputLimitOf(body) ?? maxOutputTokens,
    model,
    messages: body.messages,
    // If omitted, the provider would choose the tier and its price.
    ...(provider.serviceTiers && { service_tier: body.service_tier ?? standardTier }),
  };
  if (!stream) return { ...asSent, ...own };
  // Providers report a stream's usage only on request.
  const options = { ...(isObject(streamOptions) ? streamOptions : {}), include_usage: true };
  return { ...asSent, ...own, stream: true, stream_options: options };
}
