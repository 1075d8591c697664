import { hasServiceTiers, standardTier } from '../pricing/service-tiers.ts';
import { type CompletionBody, isObject } from './chat-completion.ts';
import type { Provider } from './provider.ts';

export interface BodyOptions {
  /** As the provider calls it. */
  readonly model: string;
  /** Largest number of tokens in an answer where the caller names none. */
  readonly maxOutputTokens: number;
  readonly stream: boolean;
}

/** The body for one provider: everything that the caller sent, except what is ours or differs there. */
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
    // Left out, it would be the provider's choice what is charged.
    ...(hasServiceTiers(provider) && { service_tier: body.service_tier ?? standardTier }),
  };
  if (!stream) return { ...asSent, ...own };
  // Without being asked, providers do not count the tokens of a stream.
  const options = { ...(isObject(streamOptions) ? streamOptions : {}), include_usage: true };
  return { ...asSent, ...own, stream: true, stream_options: options };
}

/**
 * The caller's own limit on the tokens of one answer, the smaller one of two. What is no positive whole number is none:
 * some servers take 0 or -1 as no limit at all.
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
