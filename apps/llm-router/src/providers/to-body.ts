import { hasServiceTiers, standardTier } from '../pricing/service-tiers.ts';
import { type CompletionBody, isObject } from './chat-completion.ts';
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
  provider: Pick<Provider, 'maxTokensField' | 'priceId'>,
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
    ...(hasServiceTiers(provider) && { service_tier: body.service_tier ?? standardTier }),
  };
  if (!stream) return { ...asSent, ...own };
  // Providers report a stream's usage only on request.
  const options = { ...(isObject(streamOptions) ? streamOptions : {}), include_usage: true };
  return { ...asSent, ...own, stream: true, stream_options: options };
}

/**
 * Returns the caller's own limit of output tokens, the smaller one of two. Values that are not positive integers are ignored:
 * some servers treat 0 or -1 as unlimited.
 */
export function outputLimitOf({
  max_tokens: older,
  max_completion_tokens: newer,
}: CompletionBody): number | undefined {
  const limits = [older, newer].filter(isLimit);
  return limits.length === 0 ? undefined : Math.min(...limits);
}

function isLimit(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
