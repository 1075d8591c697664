import { standardTier } from '../pricing/model-price.ts';
import { type CompletionBody, isObject, outputLimitOf } from '../protocol/completion.ts';
import type { Features } from './features.ts';
import type { Provider } from './provider.ts';

export interface BodyOptions {
  /** The provider's name of the model. */
  readonly model: string;
  /** Default limit of output tokens. */
  readonly maxOutputTokens: number;
  readonly stream: boolean;
  /** Additions that are left out, among other features. */
  readonly lacked?: Features;
}

const nothing: Features = new Set();

/** Builds the body for one provider: the caller's fields, except internal ones and those that differ there, and the additions. */
export function toBody(
  provider: Pick<Provider, 'maxTokensField' | 'serviceTiers'>,
  body: CompletionBody,
  { model, maxOutputTokens, stream, lacked = nothing }: BodyOptions,
): CompletionBody {
  const {
    promptVersionId: _ours,
    max_tokens: _limit,
    max_completion_tokens: _newerLimit,
    stream: _stream,
    stream_options: streamOptions,
    ...asSent
  } = body;
  const limit = outputLimitOf(body) ?? (lacked.has('output_limit') ? undefined : maxOutputTokens);
  const own = {
    ...(limit === undefined ? {} : { [limitField(provider, lacked)]: limit }),
    model,
    messages: body.messages,
    // If omitted, the provider would choose the tier and its price.
    ...(provider.serviceTiers && !lacked.has('service_tier')
      ? { service_tier: body.service_tier ?? standardTier }
      : {}),
  };
  if (!stream) return { ...asSent, ...own };
  if (lacked.has('stream_options'))
    return { ...asSent, ...own, stream: true, ...(streamOptions ? { stream_options: streamOptions } : {}) };
  // Providers report a stream's usage only on request.
  const options = { ...(isObject(streamOptions) ? streamOptions : {}), include_usage: true };
  return { ...asSent, ...own, stream: true, stream_options: options };
}

function limitField({ maxTokensField }: Pick<Provider, 'maxTokensField'>, lacked: Features): string {
  if (!lacked.has('limit_name')) return maxTokensField;
  return maxTokensField === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
}
